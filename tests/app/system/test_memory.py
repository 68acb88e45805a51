"""Freed memory goes back to the system, where the C library lets it."""

from __future__ import annotations

import gc
import subprocess
import sys
import threading
import weakref

import psutil
import pytest

from app.system import memory
from app.ui.threads import Worker


def test_giving_back_harms_nothing_on_any_thread() -> None:
    for _ in range(3):
        thread = threading.Thread(target=memory.release_memory)
        thread.start()
        memory.release_memory()
        thread.join(10)
        assert not thread.is_alive()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere the system does it")
def test_what_was_freed_in_small_pieces_is_given_back() -> None:
    process = psutil.Process()
    kept, pieces = [], []
    for _ in range(2000):  # each with something kept behind it, which stops an ordinary free
        pieces.append(bytearray(32_000))
        kept.append(bytearray(600))
    full = process.memory_info().rss
    pieces.clear()
    memory.release_memory()
    assert full - process.memory_info().rss > 30_000_000
    assert len(kept) == 2000


_TAKE_AND_FREE = """
import resource
from app.system import memory
{first}
for _ in range(10):
    blocks = [bytearray(b"x") * (20 << 20) for _ in range(3)]
    del blocks
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="a matter of glibc")
def test_what_was_freed_is_taken_again_without_asking_the_system() -> None:
    def faults(first: str) -> int:
        program = _TAKE_AND_FREE.format(first=first)
        done = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
        )
        return int(done.stdout)

    assert faults("memory.tune_allocator()") < faults("") / 2


@pytest.mark.usefixtures("qapp")
def test_a_thread_that_ended_keeps_nothing_of_its_loop() -> None:
    class Loop:
        def run(self) -> None:
            return

    loop = Loop()
    kept = weakref.ref(loop)
    worker = Worker("stage", loop.run, loop.run)
    del loop
    worker.start()
    assert worker.wait(10_000)
    gc.collect()
    assert kept() is None
    assert worker.shut_down()


_THREADS_THAT_COME_AND_GO = """
import ctypes, os, sys, threading
from app.system.memory import tune_allocator
assert tune_allocator()
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
together = threading.Barrier(8)
def take() -> None:
    together.wait(10)
    libc.malloc(1000)
    together.wait(10)
threads = [threading.Thread(target=take) for _ in range(8)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
sys.stdout.flush()
libc.malloc_stats()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="arenas are glibc's")
def test_threads_that_come_and_go_share_two_arenas() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", _THREADS_THAT_COME_AND_GO],
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert ran.stderr.count("Arena ") <= 2


def test_what_only_refers_to_itself_goes_also_after_modules_were_set_apart() -> None:
    class Ring:
        def __init__(self) -> None:
            self.itself = self

    memory.freeze_modules()
    try:
        assert gc.get_freeze_count() > 10_000
        ring = weakref.ref(Ring())
        memory.collect_garbage()
        assert ring() is None
    finally:
        gc.unfreeze()
