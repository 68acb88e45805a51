"""A hub on this machine: enough of Hugging Face's protocol to fetch files from, and to fail."""

from __future__ import annotations

import hashlib
import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlparse

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@dataclass
class Hub:
    """What it serves and how it misbehaves.

    files : contents by "org/name/file".
    licence : of every repository.
    cuts : after how many bytes each of the next connections breaks; empty for none.
    claimed_sha256, claimed_bytes : what it states instead of the truth.
    answers : by the beginning of a path, a status and a body that it answers with instead.
    endless : it sends the file again and again, without a length.
    stalls : it sends no byte of a file until it is told to stop.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    licence: str = "apache-2.0"
    cuts: list[int] = field(default_factory=list)
    claimed_sha256: str | None = None
    claimed_bytes: int | None = None
    answers: dict[str, tuple[int, str, dict[str, str]]] = field(default_factory=dict)
    endless: bool = False
    stalls: bool = False
    endpoint: str = ""
    ranges: list[str | None] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)

    def sha256(self, name: str) -> str:
        return self.claimed_sha256 or hashlib.sha256(self.files[name]).hexdigest()

    def length(self, name: str) -> int:
        return len(self.files[name]) if self.claimed_bytes is None else self.claimed_bytes

    def listing(self, repository: str) -> dict[str, object] | None:
        """What the API says of a repository, or None if there is none."""
        inside = [name for name in self.files if name.startswith(f"{repository}/")]
        if not inside:
            return None
        siblings = [
            {
                "rfilename": name.removeprefix(f"{repository}/"),
                "size": self.length(name),
                "lfs": {"sha256": self.sha256(name), "size": self.length(name), "pointerSize": 1},
            }
            for name in inside
        ]
        return {
            "id": repository, "sha": COMMIT, "private": False, "gated": False, "downloads": 0,
            "likes": 0, "tags": [], "siblings": siblings, "cardData": {"license": self.licence},
        }  # fmt: skip


@contextmanager
def running_hub(hub: Hub) -> Iterator[Hub]:
    """Serves `hub` at `hub.endpoint` while the context lasts."""

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            if self._answered() or (name := self._file()) is None:
                return
            self._send(
                200, b"", {"X-Repo-Commit": COMMIT, "ETag": f'"{hub.sha256(name)}"',
                           "X-Linked-Etag": f'"{hub.sha256(name)}"',
                           "X-Linked-Size": str(hub.length(name))}, hub.length(name),
            )  # fmt: skip

        def do_GET(self) -> None:
            if self._answered():
                return
            if found := re.match(r"/api/models/([^/]+/[^/?]+)", self.path):
                listing = hub.listing(unquote(found[1]))
                if listing is None:
                    self._send(404, b"{}", {"X-Error-Code": "RepoNotFound"})
                elif "/revision/" in self.path and not re.search(
                    rf"/revision/(main|{COMMIT})", self.path
                ):
                    self._send(404, b"{}", {"X-Error-Code": "RevisionNotFound"})
                else:
                    self._send(200, json.dumps(listing).encode(), {})
            elif (name := self._file()) is not None:
                self._send_file(hub.files[name])

        def _file(self) -> str | None:
            path = unquote(urlparse(self.path).path).strip("/")
            name = re.sub(r"/resolve/[^/]+", "", path)
            if name not in hub.files:
                self._send(404, b"", {"X-Error-Code": "EntryNotFound"})
                return None
            return name

        def _answered(self) -> bool:
            for beginning, (status, body, headers) in hub.answers.items():
                if self.path.startswith(beginning):
                    self._send(status, body.encode(), headers)
                    return True
            return False

        def _send(
            self, status: int, body: bytes, headers: dict[str, str], length: int | None = None
        ) -> None:
            self.send_response(status)
            for key, value in headers.items():
                self.send_header(key, value)
            self.send_header("Content-Length", str(len(body) if length is None else length))
            self.end_headers()
            self.wfile.write(body)

        def _send_file(self, content: bytes) -> None:
            asked = self.headers.get("Range")
            hub.ranges.append(asked)
            if hub.endless:
                self.send_response(200)
                self.end_headers()
                try:
                    while not hub.stopping.is_set():
                        self.wfile.write(content)
                except OSError:
                    return
                return
            start = 0
            if asked:
                start = int(asked.removeprefix("bytes=").split("-")[0])
                self.send_response(206)
                self.send_header(
                    "Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}"
                )
            else:
                self.send_response(200)
            self.send_header("Content-Length", str(len(content) - start))
            self.end_headers()
            if hub.stalls:
                while not hub.stopping.is_set():
                    time.sleep(0.01)
            end = start + hub.cuts.pop(0) if hub.cuts else len(content)
            self.wfile.write(content[start:end])

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hub.endpoint = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield hub
    finally:
        hub.stopping.set()
        server.shutdown()
        server.server_close()
        thread.join(5)
