"""A camera on the loopback interface: MJPEG over HTTP, with every fault a cable can have."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from models.opencv import cv2
from tests.support.numbered_video import numbered_picture

_BOUNDARY = b"--frame\r\n"
_HEADER = (
    b"HTTP/1.0 200 OK\r\nConnection: close\r\n"
    b"Content-Type: multipart/x-mixed-replace; boundary=frame\r\n\r\n"
)


class MjpegCamera:
    """Serves numbered pictures to anybody who connects, until it is closed.

    size : (width, height); may be changed while it runs.
    fps : pictures per second.
    numbers : how many different pictures there are before they repeat.
    """

    def __init__(
        self, size: tuple[int, int] = (160, 64), fps: float = 30.0, numbers: int = 1024
    ) -> None:
        self.size = size
        self.fps = fps
        self.numbers = numbers
        self.answer: bytes | None = None  # said in place of any picture, then the line is cut
        self.sent = 0
        self.connections = 0
        self._rubbish = self._cut = 0
        self._flowing = threading.Event()
        self._flowing.set()
        self._lock = threading.Lock()
        self._clients: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._jpegs: dict[tuple[int, tuple[int, int]], bytes] = {}
        self._port = 0
        self._listener: socket.socket | None = None
        self.plug_in()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}/video"

    def plug_in(self) -> None:
        """Listen again, on the same port."""
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self._port))
        listener.listen()
        self._port = listener.getsockname()[1]
        self._listener = listener
        self._spawn(self._accept, listener)

    def unplug(self) -> None:
        """Refuse new connections and break those there are."""
        listener, self._listener = self._listener, None
        if listener is not None:
            # Waking accept() needs a shutdown: closing alone leaves it waiting on Linux.
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        self.drop()

    def drop(self) -> None:
        """Break the connections there are; new ones are welcome."""
        with self._lock:
            clients, self._clients = self._clients, []
        for client in clients:
            with contextlib.suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)
            client.close()

    def stall(self) -> None:
        """Keep connections open and send nothing."""
        self._flowing.clear()

    def resume(self) -> None:
        self._flowing.set()

    def send_rubbish(self, parts: int = 1) -> None:
        """Send noise in place of the next pictures."""
        self._rubbish += parts

    def cut_pictures(self, parts: int = 1) -> None:
        """Send only the first half of the next pictures."""
        self._cut += parts

    def close(self) -> None:
        self._flowing.set()
        self.unplug()
        for thread in self._threads:
            thread.join(5.0)
            assert not thread.is_alive()

    def __enter__(self) -> MjpegCamera:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _spawn(self, target: object, *args: object) -> None:
        thread = threading.Thread(target=target, args=args, name="mjpeg camera")  # type: ignore[arg-type]
        self._threads = [old for old in self._threads if old.is_alive()] + [thread]
        thread.start()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            with self._lock:
                self._clients.append(client)
                self.connections += 1
            self._spawn(self._serve, client)

    def _serve(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError), client:
            client.recv(4096)
            client.sendall(_HEADER if self.answer is None else self.answer)
            due_s = time.monotonic()
            while self.answer is None:
                self._flowing.wait()
                client.sendall(self._part())
                self.sent += 1
                due_s = max(due_s + 1 / self.fps, time.monotonic() - 0.2)
                time.sleep(max(0.0, due_s - time.monotonic()))

    def _part(self) -> bytes:
        data = self._jpeg(self.sent % self.numbers)
        if self._rubbish > 0:
            self._rubbish -= 1
            data = np.random.default_rng(self.sent).bytes(len(data))
        elif self._cut > 0:
            self._cut -= 1
            data = data[: len(data) // 2]
        head = f"Content-Type: image/jpeg\r\nContent-Length: {len(data)}\r\n\r\n".encode()
        return _BOUNDARY + head + data + b"\r\n"

    def _jpeg(self, number: int) -> bytes:
        key = (number, self.size)
        if key not in self._jpegs:
            self._jpegs[key] = encoded(number, self.size)
        return self._jpegs[key]


def encoded(number: int, size: tuple[int, int]) -> bytes:
    """A JPEG of the numbered picture, stretched to `size`, with a texture in its lower rows."""
    picture: NDArray[np.uint8] = numbered_picture(number)
    picture = cv2.resize(picture, size, interpolation=cv2.INTER_NEAREST)
    done, data = cv2.imencode(".jpg", picture[..., ::-1])
    assert done
    return bytes(data.tobytes())
