"""A simulated camera that can be unplugged: MJPEG over HTTP on the loopback interface."""

from __future__ import annotations

import contextlib
import math
import socket
import threading
import time

import numpy as np

from models.opencv import cv2

_BOUNDARY = b"--frame\r\n"
_HEADER = (
    b"HTTP/1.0 200 OK\r\nConnection: close\r\n"
    b"Content-Type: multipart/x-mixed-replace; boundary=frame\r\n\r\n"
)
_PICTURES = 32
_JOIN_S = 5.0


class SoakCamera:
    """Sends moving pictures of `size` to whoever connects; can stall and vanish."""

    def __init__(self, size: tuple[int, int] = (320, 240), fps: float = 25.0) -> None:
        self._fps = fps
        self._parts = [_part(number, size) for number in range(_PICTURES)]
        self._flows = threading.Event()
        self._flows.set()
        self._lock = threading.Lock()
        self._clients: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._listener: socket.socket | None = None
        self._port = 0
        self.plug_in()

    @property
    def url(self) -> str:
        """Address for --source."""
        return f"http://127.0.0.1:{self._port}/video"

    def plug_in(self) -> None:
        """Listen, on the same port as before."""
        if self._listener is not None:
            return
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self._port))
        listener.listen()
        self._port = listener.getsockname()[1]
        self._listener = listener
        self._spawn(self._accept, listener)

    def unplug(self) -> None:
        """Refuse connections and break open ones."""
        listener, self._listener = self._listener, None
        if listener is not None:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)  # wakes accept()
            listener.close()
        with self._lock:
            clients, self._clients = self._clients, set()
        for client in clients:
            with contextlib.suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)

    def stall(self) -> None:
        """Keep connections and send nothing."""
        self._flows.clear()

    def resume(self) -> None:
        """Send again."""
        self._flows.set()

    def close(self) -> None:
        """Stop every thread."""
        self._flows.set()
        self.unplug()
        for thread in self._threads:
            thread.join(_JOIN_S)

    def __enter__(self) -> SoakCamera:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def _spawn(self, target: object, argument: socket.socket) -> None:
        thread = threading.Thread(
            target=target,  # type: ignore[arg-type]
            args=(argument,),
            name="soak camera",
            daemon=True,
        )
        self._threads = [old for old in self._threads if old.is_alive()] + [thread]
        thread.start()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            with self._lock:
                self._clients.add(client)
            self._spawn(self._serve, client)

    def _serve(self, client: socket.socket) -> None:
        number = 0
        with contextlib.suppress(OSError), client:
            client.recv(4096)
            client.sendall(_HEADER)
            while True:
                self._flows.wait()
                client.sendall(self._parts[number % _PICTURES])
                number += 1
                time.sleep(1 / self._fps)
        with self._lock:
            self._clients.discard(client)


def picture(
    number: int, size: tuple[int, int]
) -> np.ndarray[tuple[int, int, int], np.dtype[np.uint8]]:
    """Draw a disc that wanders over a textured ground, (H, W, 3) uint8 RGB."""
    width, height = size
    rows, columns = np.mgrid[:height, :width]
    ground = ((rows // 12 + columns // 12) % 2 * 60 + 60).astype(np.uint8)
    turn = 2 * math.pi * number / _PICTURES
    x, y = width * (0.5 + 0.3 * math.cos(turn)), height * (0.5 + 0.2 * math.sin(turn))
    disc = (columns - x) ** 2 + (rows - y) ** 2 < (height / 5) ** 2
    rgb = np.repeat(ground[..., None], 3, axis=2)
    rgb[disc] = (220, 160, 90)
    return rgb


def _part(number: int, size: tuple[int, int]) -> bytes:
    done, data = cv2.imencode(".jpg", picture(number, size)[..., ::-1])
    if not done:
        raise RuntimeError("OpenCV writes no JPEG")
    jpeg = bytes(data.tobytes())
    head = f"Content-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n".encode()
    return _BOUNDARY + head + jpeg + b"\r\n"
