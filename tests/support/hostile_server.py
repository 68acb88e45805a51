"""A server on the loopback interface that says one thing and then sends another without an end."""

from __future__ import annotations

import contextlib
import socket
import threading
from types import TracebackType


class HostileServer:
    """Answers every connection with `head`, then repeats `body` until the client hangs up.

    pause_s : seconds between two repetitions.
    """

    def __init__(self, head: bytes, body: bytes, pause_s: float = 0.0) -> None:
        self._head, self._body, self._pause_s = head, body, pause_s
        self._closing = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.05)
        self._threads = [threading.Thread(target=self._accept, name="hostile server")]
        self._threads[0].start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}/video"

    def __enter__(self) -> HostileServer:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._closing.set()
        for thread in self._threads:
            thread.join(5.0)
        self._listener.close()

    def _accept(self) -> None:
        while not self._closing.is_set():
            with contextlib.suppress(TimeoutError):
                client, _ = self._listener.accept()
                thread = threading.Thread(target=self._serve, args=(client,), name="hostile client")
                self._threads.append(thread)
                thread.start()

    def _serve(self, client: socket.socket) -> None:
        client.settimeout(0.2)
        with contextlib.suppress(OSError), client:
            client.recv(4096)
            client.sendall(self._head)
            while not self._closing.wait(self._pause_s):
                with contextlib.suppress(TimeoutError):
                    client.send(self._body)
