"""A process that forwards a stream from its standard input to a server.

FFmpeg connects while it holds the interpreter's lock, and a server that does not answer would stop
the window with it; a process of its own can also be ended whatever it waits for. The address comes
in the first line, since arguments of a process can be read by every user of the machine.

Standard input: a line of JSON, {"address": …, "format": …}, then NUT. Standard output: `CONNECTED`
once the server has accepted the stream, then the reason if it broke off.
"""

from __future__ import annotations

import json
import signal
import sys

import av.error

from app.media.open import open_network_muxer, open_pipe

CONNECTED = "connected"
_AT_ONCE = {"probesize": "32", "analyzeduration": "0", "fpsprobesize": "0"}


def main() -> int:
    """Forward until the input ends; returns the process's exit code."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the app, which ends this process
    with open(0, "rb", buffering=0, closefd=False) as pipe:
        request = json.loads(pipe.readline())
        try:
            _forward(pipe, request["address"], request["format"])
        except (av.error.FFmpegError, OSError) as error:
            print((getattr(error, "strerror", None) or "it broke off").lower(), flush=True)
            return 1
    return 0


def _forward(pipe: object, address: str, container_format: str) -> None:
    source = open_pipe(pipe, _AT_ONCE).container
    stream = source.streams.video[0]
    with open_network_muxer(address, container_format) as target:
        forwarded = target.add_stream_from_template(stream)
        target.start_encoding()
        print(CONNECTED, flush=True)
        for packet in source.demux(stream):
            if packet.size:  # the last one of a demuxer is empty
                packet.dts = packet.pts  # nothing is reordered
                packet.stream = forwarded
                target.mux(packet)


if __name__ == "__main__":
    sys.exit(main())
