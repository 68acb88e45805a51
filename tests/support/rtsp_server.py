"""A GStreamer RTSP server on 127.0.0.1 that serves one clip. Run by the system's Python:
rtsp_server.py PORT CLIP. Prints "ready" once it listens.
"""

import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402 - after the versions are chosen

LAUNCH = (
    "( filesrc location={clip} ! decodebin ! videoconvert ! x264enc tune=zerolatency "
    "speed-preset=ultrafast key-int-max=25 threads=1 ! rtph264pay name=pay0 pt=96 )"
)


def main() -> None:
    port, clip = sys.argv[1:3]
    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(port)
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(LAUNCH.format(clip=clip))
    factory.set_shared(False)
    server.get_mount_points().add_factory("/clip", factory)
    server.attach(None)
    print("ready", flush=True)
    GLib.MainLoop().run()


main()
