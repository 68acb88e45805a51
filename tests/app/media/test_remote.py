"""Videos on web servers: with ranges or without, and never from the internet into this machine."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

import app.media.remote as remote_module
from app.core.source import Ended
from app.media.http import WebClient
from app.media.open import open_address
from app.sources.stream import StreamConnection
from app.sources.video import VideoSource
from models.errors import SourceError
from models.frames import Frame
from tests.support.numbered_video import number_in, write_numbered_video
from tests.support.web_server import WebServer

PUBLIC = "http://93.184.216.34"


@pytest.fixture
def server() -> Iterator[WebServer]:
    with WebServer() as server:
        yield server


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """An MP4 with its table at the end."""
    return write_numbered_video(tmp_path_factory.mktemp("a") / "a.mp4", 40).read_bytes()


@pytest.fixture
def internet(server: WebServer, monkeypatch: pytest.MonkeyPatch) -> WebServer:
    """The server as the proxy through which the internet is reached."""
    for name in ("no_proxy", "NO_PROXY", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("http_proxy", server.address)
    return server


def numbers_of(source: VideoSource) -> list[int]:
    numbers = []
    while not isinstance(reading := source.read(5.0), Ended):
        assert isinstance(reading, Frame)
        assert reading.index == len(numbers)
        numbers.append(number_in(reading.rgb))
    return numbers


@pytest.mark.parametrize("says_length", [True, False])
@pytest.mark.parametrize("knows_ranges", [True, False])
def test_a_video_on_a_server_plays_whatever_the_server_knows(
    server: WebServer, video: bytes, knows_ranges: bool, says_length: bool
) -> None:
    server.files["/a.mp4"] = video
    server.knows_ranges, server.says_length = knows_ranges, says_length
    with closing(VideoSource(f"{server.address}/a.mp4")) as source:
        assert source.info.frame_count == 40
        assert numbers_of(source) == list(range(40))
        for index in (30, 3, 0):
            source.seek(index)
            reading = source.read(5.0)
            assert isinstance(reading, Frame)
            assert (reading.index, number_in(reading.rgb)) == (index, index)


def test_a_file_too_large_to_copy_is_refused_in_a_sentence(
    server: WebServer, video: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote_module, "SPOOL_BYTES", 1000)
    server.files["/a.mp4"], server.knows_ranges = video, False
    with pytest.raises(SourceError, match="cannot send parts of a file"):
        VideoSource(f"{server.address}/a.mp4")


@pytest.mark.parametrize("knows_ranges", [True, False])
def test_a_server_that_breaks_off_is_named(
    server: WebServer, video: bytes, knows_ranges: bool
) -> None:
    server.files["/a.mp4"], server.knows_ranges = video, knows_ranges
    server.breaks_off_after = len(video) // 2
    with pytest.raises(SourceError, match=r"127\.0\.0\.1 broke off after"):
        VideoSource(f"{server.address}/a.mp4")


def test_a_missing_file_and_a_silent_port_are_told_apart(server: WebServer) -> None:
    with pytest.raises(SourceError, match=r"a\.mp4 does not exist \(the server answers 404\)"):
        VideoSource(f"{server.address}/a.mp4")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and nobody listens
        port = taken.getsockname()[1]
        with pytest.raises(SourceError, match=r"a\.mp4 refuses the connection"):
            VideoSource(f"http://127.0.0.1:{port}/a.mp4")


def test_a_redirect_within_the_network_is_followed(server: WebServer, video: bytes) -> None:
    server.files["/b.mp4"] = video
    server.redirects["/a.mp4"] = f"{server.address}/b.mp4"
    with closing(VideoSource(f"{server.address}/a.mp4")) as source:
        assert isinstance(source.read(5.0), Frame)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "192.168.1.1", "169.254.169.254"]
)
def test_a_redirect_from_the_internet_into_the_local_network_is_refused(
    internet: WebServer, video: bytes, host: str
) -> None:
    port = internet.address.rpartition(":")[2]
    internet.files[f"http://{host}:{port}/b.mp4"] = internet.files["/b.mp4"] = video
    internet.redirects[f"{PUBLIC}/a.mp4"] = f"http://{host}:{port}/b.mp4"
    with pytest.raises(SourceError, match="in the local network; open that itself"):
        VideoSource(f"{PUBLIC}/a.mp4")
    assert [path for path, *_ in internet.requests] == [f"{PUBLIC}/a.mp4"]


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "ftp://93.184.216.34/a", "data:video/mp4,"]
)
def test_a_redirect_away_from_the_web_is_not_followed(server: WebServer, target: str) -> None:
    server.redirects["/a.mp4"] = target
    with pytest.raises(SourceError):
        VideoSource(f"{server.address}/a.mp4")


def test_a_name_that_leads_elsewhere_the_second_time_is_refused(
    server: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = ["93.184.216.34"]

    def resolve(_host: str, port: object, *_: object, **__: object) -> list[tuple[object, ...]]:
        address = answers.pop() if answers else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 0, "", (address, port))]

    client = WebClient(f"{PUBLIC}/", (2.0, 2.0))
    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    port = server.address.rpartition(":")[2]
    with pytest.raises(SourceError, match="in the local network"):
        client.request(f"http://rebound.example:{port}/secret")
    assert server.requests == []


def test_a_password_goes_to_its_host_and_nowhere_else(server: WebServer, video: bytes) -> None:
    with WebServer() as other:
        other.files["/b.mp4"] = video
        server.redirects["/a.mp4"] = f"{other.address}/b.mp4"
        address = server.address.replace("http://", "http://me:secret@")
        with closing(VideoSource(f"{address}/a.mp4")) as source:
            assert isinstance(source.read(5.0), Frame)
            assert "secret" not in source.info.title
        assert {authorization for *_, authorization in other.requests} == {None}


PLAYLIST = "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:1.6,\n{part}\n#EXT-X-ENDLIST\n"


@pytest.fixture
def part(tmp_path: Path) -> bytes:
    return write_numbered_video(tmp_path / "part.ts", 40).read_bytes()


def test_a_playlist_on_a_server_plays_what_is_beside_it(server: WebServer, part: bytes) -> None:
    lines = PLAYLIST.format(part="1.ts\n#EXTINF:1.6,\n2.ts")
    server.files["/live.m3u8"] = lines.encode()
    server.files["/1.ts"] = server.files["/2.ts"] = part
    with closing(
        StreamConnection.to_url(f"{server.address}/live.m3u8", 2.0, threading.Event())
    ) as stream:
        shown = [stream.grab() is not None for _ in range(55)]
    assert sum(shown) > 42
    assert "/2.ts" in {path for path, *_ in server.requests}


def test_a_playlist_reaches_no_local_file(server: WebServer, tmp_path: Path, part: bytes) -> None:
    for target in (f"file://{tmp_path}/part.ts", f"{tmp_path}/part.ts", "concat:part.ts|part.ts"):
        server.files["/live.m3u8"] = PLAYLIST.format(part=target).encode()
        with pytest.raises(SourceError):
            StreamConnection.to_url(f"{server.address}/live.m3u8", 2.0, threading.Event())
    assert (tmp_path / "part.ts").read_bytes() == part


def test_a_playlist_on_the_internet_reaches_nothing_in_the_local_network(
    internet: WebServer, part: bytes
) -> None:
    internet.files["/part.ts"] = part
    internet.files[f"{PUBLIC}/live.m3u8"] = PLAYLIST.format(
        part=f"{internet.address}/part.ts"
    ).encode()
    with pytest.raises(SourceError):
        StreamConnection.to_url(f"{PUBLIC}/live.m3u8", 2.0, threading.Event())
    assert {path for path, *_ in internet.requests} == {f"{PUBLIC}/live.m3u8"}


def test_a_blocked_read_can_be_interrupted() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = WebClient("http://127.0.0.1/", (5.0, 5.0))
        waiting = threading.Thread(
            target=_expect_failure, args=(client, listener.getsockname()[1]), name="waiting"
        )
        waiting.start()
        accepted, _ = listener.accept()
        client.interrupt()
        waiting.join(4.0)
        assert not waiting.is_alive()
        accepted.close()


def _expect_failure(client: WebClient, port: int) -> None:
    with pytest.raises(OSError):
        client.request(f"http://127.0.0.1:{port}/")


def test_an_address_of_another_kind_is_refused() -> None:
    with pytest.raises(SourceError, match="not on the web"):
        open_address("gopher://127.0.0.1/", (1.0, 1.0))
