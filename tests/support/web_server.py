"""A web server on the loopback interface that serves what a test gives it, well or badly."""

from __future__ import annotations

import contextlib
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType


class WebServer:
    """Serves `files` by path; also as a proxy, where the path is a whole address.

    Attributes
    ----------
    files
        Content by path.
    redirects
        Where a path leads to instead.
    knows_ranges, says_length
        Whether parts can be asked for, and whether it says how long a file is.
    breaks_off_after
        Bytes of a file after which it hangs up; None never does.
    requests
        What was asked for, in order, with its range and authorization.
    """

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.redirects: dict[str, str] = {}
        self.knows_ranges = self.says_length = True
        self.breaks_off_after: int | None = None
        self.requests: list[tuple[str, str | None, str | None]] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = False
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    @property
    def address(self) -> str:
        """Scheme, host and port."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> WebServer:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5.0)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                with contextlib.suppress(OSError):
                    outer._answer(self)

            def log_message(self, *_: object) -> None:
                pass

        return Handler

    def _answer(self, request: BaseHTTPRequestHandler) -> None:
        path = request.path
        wanted = request.headers.get("Range")
        self.requests.append((path, wanted, request.headers.get("Authorization")))
        if path in self.redirects:
            request.send_response(302)
            request.send_header("Location", self.redirects[path])
            request.end_headers()
            return
        if path not in self.files:
            request.send_error(404)
            return
        data, start = self.files[path], 0
        found = re.fullmatch(r"bytes=(\d+)-(\d*)", wanted or "")
        if found and self.knows_ranges:
            start, end = int(found[1]), min(int(found[2] or len(data)) + 1, len(data))
            request.send_response(206)
            request.send_header("Content-Range", f"bytes {start}-{end - 1}/{len(data)}")
            body = data[start:end]
        else:
            request.send_response(200)
            body = data
        if self.says_length:
            request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        most = None if self.breaks_off_after is None else max(0, self.breaks_off_after - start)
        request.wfile.write(body[:most])
