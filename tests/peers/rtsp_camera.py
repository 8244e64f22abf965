#!/usr/bin/python3
"""A network camera on 127.0.0.1, made of GStreamer's RTSP server.

Its encoder runs whether or not somebody looks, so that a client joins in the middle of a group of
pictures, as with a real camera. The time is burnt into the bottom of the picture as a bar code of
48 cells, which picture.py reads back. Stdout is a log, one object of JSON a line: `ready` with the
port; `connect`, `play`, `teardown` of clients; `key` when a key frame is sent.

SIGUSR1 stops the pictures and starts them again, the connections staying up; SIGUSR2 asks the
encoder for a key frame.
"""
import argparse
import json
import os
import signal
import socket
import sys
import threading
import time

from picture import CELLS, bar_bits


def log(event, **facts):
    sys.stdout.write(json.dumps({"event": event, "time": time.time(), **facts}) + "\n")
    sys.stdout.flush()


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--address", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    parser.add_argument("--codec", choices=["h264", "h265", "mjpeg"], default="h264")
    parser.add_argument("--size", default="640x360")
    parser.add_argument("--fps", type=int, default=10)
    parser.add_argument("--gop", type=float, default=1.0, help="seconds between key frames")
    parser.add_argument("--user")
    parser.add_argument("--password-file", help="so that no password stands in our command line")
    parser.add_argument("--parameters", choices=["sdp", "stream"], default="sdp",
                        help="where SPS and PPS are sent")
    parser.add_argument("--sent", metavar="DIRECTORY", help="keep each MJPEG picture there")
    parser.add_argument("--hang", choices=["accept", "describe"],
                        help="never answer; answer OPTIONS only")
    return parser.parse_args()


def hang(options):
    """A camera whose firmware is stuck."""
    server = socket.create_server((options.address, options.port))
    clients = []

    def answer(client):
        while request := client.recv(4096):
            if options.hang == "describe" and request.startswith(b"OPTIONS"):
                number = next(line for line in request.split(b"\r\n") if line.startswith(b"CSeq"))
                client.sendall(b"RTSP/1.0 200 OK\r\n" + number + b"\r\n\r\n")
        log("hangup")

    log("ready", port=server.getsockname()[1])
    while True:
        client = server.accept()[0]
        clients.append(client)
        threading.Thread(target=answer, args=(client,), daemon=True).start()


class Encoder:
    """Test picture -> bar code -> encoder; each coded picture goes to `receivers`."""

    def __init__(self, options):
        self.options = options
        self.width, self.height = map(int, options.size.split("x"))
        self.receivers, self.lock = [], threading.Lock()
        self.caps, self.stalled, self.number = None, False, 0
        raw = (f"video/x-raw,format=I420,width={self.width},height={self.height},"
               f"framerate={options.fps}/1")
        self.source = Gst.parse_launch(
            f"videotestsrc is-live=true pattern=ball ! {raw} ! appsink name=sink emit-signals=true "
            f"max-buffers=2 drop=true sync=false")
        self.coder = Gst.parse_launch(
            f"appsrc name=source is-live=true format=time max-buffers=2 leaky-type=downstream "
            f"caps={raw} ! {self.element()} ! appsink name=sink emit-signals=true sync=false")
        self.input = self.coder.get_by_name("source")
        self.source.get_by_name("sink").connect("new-sample", self.on_raw)
        self.coder.get_by_name("sink").connect("new-sample", self.on_coded)

    def element(self):
        key = max(1, round(self.options.gop * self.options.fps))
        form = {"h264": "avc", "h265": "hvc1"}.get(self.options.codec)
        repeat = 0
        if self.options.parameters == "stream":
            form, repeat = "byte-stream", -1
        return {
            "h264": f"x264enc name=coder speed-preset=superfast tune=zerolatency bitrate=1500 "
                    f"sliced-threads=false key-int-max={key} "
                    f"option-string=scenecut=0:keyint={key}:min-keyint={key} ! "
                    f"video/x-h264,profile=main ! h264parse config-interval={repeat} ! "
                    f"video/x-h264,stream-format={form},alignment=au",
            "h265": f"x265enc name=coder speed-preset=ultrafast tune=zerolatency bitrate=1500 "
                    f"key-int-max={key} "
                    f"option-string=scenecut=0:min-keyint={key}:open-gop=0:log-level=none ! "
                    f"h265parse config-interval={repeat} ! "
                    f"video/x-h265,stream-format={form},alignment=au",
            "mjpeg": "jpegenc name=coder quality=80",
        }[self.options.codec]

    def payloader(self):
        if self.options.codec == "mjpeg":
            return "rtpjpegpay name=pay0 pt=26"
        return f"rtp{self.options.codec}pay name=pay0 pt=96"

    def start(self):
        for pipeline in (self.coder, self.source):
            pipeline.set_state(Gst.State.PLAYING)
            pipeline.get_bus().add_signal_watch()
            pipeline.get_bus().connect("message::error", self.on_error)
        while not self.caps:
            time.sleep(0.01)

    def on_error(self, _, message):
        print(message.parse_error(), file=sys.stderr)
        os._exit(1)

    def on_raw(self, sink):
        buffer = sink.emit("pull-sample").get_buffer()
        pixels = bytearray(buffer.extract_dup(0, buffer.get_size()))
        self.draw_bar(pixels, int(time.time() * 1000))
        timed = Gst.Buffer.new_wrapped(bytes(pixels))
        timed.pts = timed.dts = buffer.pts
        timed.duration = Gst.SECOND // self.options.fps
        self.input.emit("push-buffer", timed)
        return Gst.FlowReturn.OK

    def draw_bar(self, pixels, milliseconds):
        """White for one, black for nought, in the lowest 3 % of the picture; its colour neutral."""
        width, height = self.width, self.height
        edges = [2 * round(i * width / CELLS / 2) for i in range(CELLS + 1)]
        row = b"".join((b"\xeb" if bit else b"\x10") * (edges[i + 1] - edges[i])
                       for i, bit in enumerate(bar_bits(milliseconds)))
        tall = max(4, round(height * 0.03) & ~1)
        for y in range(height - tall, height):
            pixels[y * width:y * width + len(row)] = row
        half = width // 2
        for plane in (width * height, width * height + half * height // 2):
            begin = plane + (height - tall) // 2 * half
            end = plane + height // 2 * half
            pixels[begin:end] = b"\x80" * (end - begin)

    def on_coded(self, sink):
        sample = sink.emit("pull-sample")
        buffer, self.caps = sample.get_buffer(), sample.get_caps()
        if self.stalled:
            return Gst.FlowReturn.OK
        if self.options.sent:
            self.keep(buffer)
        if not buffer.has_flags(Gst.BufferFlags.DELTA_UNIT):
            log("key")
        with self.lock:
            receivers = list(self.receivers)
        for receiver in receivers:
            copy = buffer.copy()
            copy.pts = copy.dts = Gst.CLOCK_TIME_NONE
            if receiver.emit("push-buffer", copy) != Gst.FlowReturn.OK:
                self.remove(receiver)
        return Gst.FlowReturn.OK

    def keep(self, buffer):
        self.number += 1
        name = os.path.join(self.options.sent, "%06d.jpg" % self.number)
        with open(name + ".part", "wb") as file:
            file.write(buffer.extract_dup(0, buffer.get_size()))
        os.rename(name + ".part", name)

    def remove(self, receiver):
        with self.lock:
            if receiver in self.receivers:
                self.receivers.remove(receiver)

    def stall(self):
        self.stalled = not self.stalled
        log("stall", on=self.stalled)
        return True

    def ask_for_key(self):
        event = GstVideo.video_event_new_upstream_force_key_unit(Gst.CLOCK_TIME_NONE, True, 1)
        self.coder.get_by_name("coder").get_static_pad("src").send_event(event)
        return True


def serve(options, encoder):
    """The RTSP server; its one path is /stream0."""
    server = GstRtspServer.RTSPServer()
    server.set_address(options.address)
    server.set_service(str(options.port))
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_shared(True)
    factory.set_latency(0)
    factory.set_launch("( appsrc name=camera is-live=true format=time do-timestamp=true "
                       f"max-buffers=60 leaky-type=downstream ! {encoder.payloader()} )")
    if options.user:
        require_login(options, server, factory)

    def configure(_, media):
        receiver = media.get_element().get_by_name("camera")
        receiver.set_property("caps", encoder.caps)
        with encoder.lock:
            encoder.receivers.append(receiver)
        media.connect("unprepared", lambda _: encoder.remove(receiver))

    def on_client(_, client):
        log("connect")
        client.connect("play-request", lambda *_: log("play"))
        client.connect("teardown-request", lambda *_: log("teardown"))
        client.connect("closed", lambda *_: log("closed"))

    factory.connect("media-configure", configure)
    server.connect("client-connected", on_client)
    server.get_mount_points().add_factory("/stream0", factory)
    server.attach(None)
    return server


def require_login(options, server, factory):
    with open(options.password_file, encoding="utf-8") as file:
        password = file.readline().rstrip("\n")
    login = GstRtspServer.RTSPAuth()
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", "user")
    login.add_digest(options.user, password, token)
    login.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
    server.set_auth(login)
    permissions = GstRtspServer.RTSPPermissions()
    permissions.add_permission_for_role("user", "media.factory.access", True)
    permissions.add_permission_for_role("user", "media.factory.construct", True)
    factory.set_permissions(permissions)


def main():
    Gst.init(None)
    encoder = Encoder(options)
    encoder.start()
    server = serve(options, encoder)
    loop = GLib.MainLoop()
    GLib.unix_signal_add(GLib.PRIORITY_HIGH, signal.SIGUSR1, encoder.stall)
    GLib.unix_signal_add(GLib.PRIORITY_HIGH, signal.SIGUSR2, encoder.ask_for_key)
    GLib.unix_signal_add(GLib.PRIORITY_HIGH, signal.SIGTERM, loop.quit)
    log("ready", port=server.get_bound_port())
    loop.run()
    os._exit(0)  # without an orderly end: the encoder's threads are at work


if __name__ == "__main__":
    options = arguments()
    if options.hang:
        hang(options)
    import gi
    for name in ("Gst", "GstRtsp", "GstRtspServer", "GstApp", "GstVideo"):
        gi.require_version(name, "1.0")
    from gi.repository import GLib, Gst, GstRtsp, GstRtspServer, GstVideo
    main()
