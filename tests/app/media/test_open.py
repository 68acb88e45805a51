"""Names are only names, and nothing but media is opened: no script, no playlist, no device."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path

import av.error
import numpy as np
import pytest

from app.media.open import open_bytes, open_file
from app.media.video_writer import VideoWriter
from app.sources.opening import open_source
from app.sources.video import VideoSource
from models.errors import SourceError
from models.frames import Frame
from tests.support.numbered_video import number_in, write_numbered_video

NAMES = (
    "12:30.mp4",
    "100%.mp4",
    "%41.mp4",
    "f%d.mp4",
    "part #2.mp4",
    "shots [v2].mp4",
    "what?.mp4",
    "concat:a|b.mp4",
    "http:a.mp4",
    "m²³.mp4",
    "-i.mp4",
    "' \" $HOME ;.mp4",
    "été 東京 🎥.mp4",
)


@pytest.mark.skipif(os.name == "nt", reason="Windows forbids most of these characters")
@pytest.mark.parametrize("name", NAMES)
def test_a_file_opens_whatever_it_is_called(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_numbered_video(tmp_path / "plain.mp4", 2, codec="mpeg4").rename(tmp_path / name)
    monkeypatch.chdir(tmp_path)
    for path in (name, tmp_path / name):
        with closing(VideoSource(path)) as source:
            reading = source.read(5.0)
        assert isinstance(reading, Frame)
        assert number_in(reading.rgb) == 0


@pytest.mark.skipif(os.name == "nt", reason="Windows forbids most of these characters")
@pytest.mark.parametrize("name", NAMES)
def test_a_file_is_written_whatever_it_is_called(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with VideoWriter(Path(name), (32, 32)) as writer:
        writer.write(np.zeros((32, 32, 3), np.uint8), 0.0)
    assert os.listdir(tmp_path) == [name]
    assert Path(name).stat().st_size > 500


@pytest.mark.skipif(os.name != "posix", reason="other systems have no such names")
def test_a_name_that_is_not_utf8_is_a_name(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"caf\xe9.mp4")
    write_numbered_video(tmp_path / "plain.mp4", 2, codec="mpeg4").rename(path)
    with closing(VideoSource(path)) as source:
        assert isinstance(source.read(5.0), Frame)


SCRIPTS = {
    "concat.mp4": "ffconcat version 1.0\nfile secret.mp4\n",
    "list.m3u8": "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{secret}\n#EXT-X-ENDLIST\n",
    "list.mp4": "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile://{secret}\n#EXT-X-ENDLIST\n",
    "list.mpd": '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"></MPD>',
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_file_that_names_other_files_is_refused(tmp_path: Path, name: str) -> None:
    secret = write_numbered_video(tmp_path / "secret.mp4", 2, codec="mpeg4")
    (tmp_path / name).write_text(SCRIPTS[name].format(secret=secret))
    with pytest.raises(SourceError, match=f"{name} is a playlist"):
        open_source(str(tmp_path / name))


def test_a_description_of_a_session_is_no_video(tmp_path: Path) -> None:
    path = tmp_path / "camera.mp4"
    path.write_text(
        "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 96\n"
    )
    with pytest.raises(SourceError):
        VideoSource(path)


def test_only_the_formats_asked_for_are_opened(tmp_path: Path) -> None:
    path = write_numbered_video(tmp_path / "a.avi", 2, codec="mpeg4")
    open_file(path, frozenset({"avi"})).close()
    with pytest.raises(av.error.FFmpegError):
        open_file(path, frozenset({"mov"}))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are made otherwise here")
@pytest.mark.parametrize("what", ["pipe", "folder", "/dev/zero"])
def test_what_is_no_regular_file_is_never_opened(tmp_path: Path, what: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    for opening in (open_file, open_bytes):
        with pytest.raises(SourceError, match="is not a file"):
            opening(tmp_path / what)


def test_bytes_are_read_whatever_the_file_is_called(tmp_path: Path) -> None:
    path = tmp_path / "12:a"
    path.write_bytes(b"\x01\x02\x03")
    with open_bytes(path) as file:
        assert file.read() == b"\x01\x02\x03"
