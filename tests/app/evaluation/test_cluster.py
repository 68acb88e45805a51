"""Tasks on a real Dask scheduler with two worker processes, one of which is killed."""

from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
import torch

from app.evaluation.results import RESULTS, ResultStore
from app.evaluation.run import Request, evaluate_all
from models.devices.device import set_cpu_threads
from models.errors import UsageError
from models.estimator import EstimatorOptions
from models.opencv import cv2
from tests.app.evaluation.conftest import PLUGIN
from tests.app.evaluation.grey_model import FATAL
from tests.app.evaluation.mini import sintel
from tests.support.waiting import attempts

cluster = pytest.importorskip("app.evaluation.cluster")
pytest.importorskip("distributed", reason="needs the extra `cluster`")
ROOT = Path(__file__).resolve().parents[3]
MODELS = ("grey-memory", "flashdepth-lite")


def _dask(*arguments: str, env: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", *arguments],
        cwd=ROOT,
        env=os.environ | env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@pytest.fixture
def scheduler(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """The address of a scheduler with two workers, and the file of the one to be killed."""
    told, fatal = tmp_path / "scheduler.json", tmp_path / "fatal"
    env = {FATAL: str(fatal), "FLASHDEPTH_AUTO_DEVICE": "cpu", "PYTHONPATH": str(ROOT)}
    started = [
        _dask(
            "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0",
            "--no-dashboard", "--scheduler-file", str(told), env=env,
        )
    ]  # fmt: skip
    try:
        for _ in itertools.chain.from_iterable(attempts(0.02) for _ in range(4)):
            if told.exists() and told.stat().st_size:
                break
        address = json.loads(told.read_text())["address"]
        started += [
            _dask(
                "distributed.cli.dask_worker", address, "--no-nanny", "--nthreads", "1",
                "--no-dashboard", "--memory-limit", "0", "--local-directory", str(tmp_path),
                env=env,
            )
            for _ in range(2)
        ]  # fmt: skip
        yield address, fatal
    finally:
        for process in started:
            process.kill()
        for process in started:
            process.wait(10)


def request_of(tmp_path: Path) -> Request:
    data = (("sintel", tmp_path / "sintel"),)
    return Request(data, MODELS, "flashdepth", EstimatorOptions(device="cpu"), (PLUGIN,))


def numbers(out: Path) -> dict[tuple[str, str, str], dict[str, object]]:
    rows = [json.loads(line) for line in (out / RESULTS).read_text().splitlines()]
    return {(row["data"], row["clip"], row["model"]): {**row, "fps": None} for row in rows}


@pytest.fixture
def one_thread() -> Iterator[Callable[[], None]]:
    """Sets CPU networks to the threads of a task, and back after the test."""
    before = torch.get_num_threads(), cv2.getNumThreads()
    yield partial(set_cpu_threads, 1)
    torch.set_num_threads(before[0])
    cv2.setNumThreads(before[1])


def _kill_the_one_that_waits(fatal: Path, killed: list[int], is_over: threading.Event) -> None:
    while not is_over.wait(0.05):
        if fatal.exists() and (text := fatal.read_text()):
            os.kill(int(text), signal.SIGKILL)
            killed.append(int(text))
            return


@pytest.mark.slow
def test_a_cluster_that_loses_a_worker_gives_the_same_numbers(
    run: Callable[..., object],
    one_thread: Callable[[], None],
    tmp_path: Path,
    scheduler: tuple[str, Path],
) -> None:
    address, fatal = scheduler
    sintel(tmp_path / "sintel")
    request = request_of(tmp_path)
    killed: list[int] = []
    is_over = threading.Event()
    killer = threading.Thread(target=_kill_the_one_that_waits, args=(fatal, killed, is_over))
    killer.start()
    executor = cluster.Cluster(None, address, 1)
    try:
        summary = evaluate_all(
            request, tmp_path / "there", executor, lambda *_: None, lambda: False
        )
    finally:
        is_over.set()
        killer.join(10)
    one_thread()
    run(*request.data, models=MODELS, out=tmp_path / "here")

    assert len(killed) == 1
    assert not summary.failed
    assert numbers(tmp_path / "there") == numbers(tmp_path / "here")
    assert len(numbers(tmp_path / "there")) == 4
    store = ResultStore(tmp_path / "there")
    for line in store.lines:
        assert store.detail(line) == ResultStore(tmp_path / "here").detail(line)


def test_a_scheduler_that_does_not_answer_is_told(
    grey: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sintel(tmp_path / "sintel")
    monkeypatch.setattr(cluster, "_CONNECT_S", 0.2)
    for address in ("tcp://127.0.0.1:9", "tcp://nonsense"):
        executor = cluster.Cluster(None, address, 1)
        with pytest.raises(UsageError, match="No Dask scheduler answers"):
            evaluate_all(
                request_of(tmp_path), tmp_path / "out", executor, lambda *_: None, lambda: False
            )
    assert not (tmp_path / "out").exists()


def test_each_worker_has_a_gpu_of_its_own() -> None:
    on_cpu, on_gpus = cluster.worker_options(3, []), cluster.worker_options(3, ["0", "5"])

    assert [one["nthreads"] for one in on_cpu] == [1, 1, 1]
    assert not any("resources" in one for one in on_cpu)
    assert [one["env"]["CUDA_VISIBLE_DEVICES"] for one in on_gpus] == ["0", "5"]
    assert all(one["resources"] == {"GPU": 1} for one in on_gpus)
