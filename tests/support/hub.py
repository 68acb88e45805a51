"""A hub on this machine: enough of Hugging Face's protocol to fetch files from, and to fail."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote


@dataclass
class Hub:
    """What it serves and how it misbehaves.

    files : contents by "repository/file".
    cuts : after how many bytes each of the next connections breaks; empty for none.
    claimed_sha256 : the hash it reports instead of the true one.
    ignores_ranges : answers 200 with the whole file, whatever part is asked for.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    cuts: list[int] = field(default_factory=list)
    claimed_sha256: str | None = None
    ignores_ranges: bool = False
    endpoint: str = ""
    ranges: list[str | None] = field(default_factory=list)


@contextmanager
def running_hub(hub: Hub) -> Iterator[Hub]:
    """Serves `hub` at `hub.endpoint` while the context lasts."""

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            name = unquote(self.path).strip("/").replace("/resolve/main", "")
            content = hub.files.get(name)
            if content is None:
                self.send_response(404)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            self.send_response(302)
            # Another host, as the hub's files lie on one.
            elsewhere = hub.endpoint.replace("127.0.0.1", "localhost")
            self.send_header("Location", f"{elsewhere}/blob/{name}")
            self.send_header("X-Repo-Commit", "0" * 40)
            digest = hub.claimed_sha256 or hashlib.sha256(content).hexdigest()
            self.send_header("X-Linked-Etag", f'"{digest}"')
            self.send_header("X-Linked-Size", str(len(content)))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def do_GET(self) -> None:
            content = hub.files[unquote(self.path).removeprefix("/blob/")]
            asked = self.headers.get("Range")
            hub.ranges.append(asked)
            start = 0
            if asked and not hub.ignores_ranges:
                start = int(asked.removeprefix("bytes=").removesuffix("-"))
                self.send_response(206)
                self.send_header(
                    "Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}"
                )
            else:
                self.send_response(200)
            self.send_header("Content-Length", str(len(content) - start))
            self.end_headers()
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
        server.shutdown()
        server.server_close()
        thread.join(5)
