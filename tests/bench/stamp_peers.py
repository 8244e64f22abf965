# The same text on the same areas by imgstamp and by others: their command lines.
import json, os, shutil, subprocess, tempfile
from pathlib import Path

work = tempfile.TemporaryDirectory()
top_lines = ["Highway 720, km 12, ", "Road surface wet, no snow, slippery",
             "Air −3.5 °C, road −1.0 °C, wind 4 m/s"]
bottom_lines = ["Department of roads, camera 12"]
still, clock = "21 Nov 14:05:09", "%d %b %T.%L"
letters = 4  # percent of the picture's height


def at(name):
    return os.path.join(work.name, name)


def output_of(*command, stdin=None):
    return subprocess.run(command, stdin=stdin, stdout=subprocess.PIPE, check=True).stdout


def first_installed(*names):
    # A wrapper before the real program would count as the program.
    return next((name for name in names if shutil.which(name)), None)


magick = first_installed("convert-im6.q16", "magick", "convert")
graphics, ffmpeg, exiftool = map(first_installed, ("gm", "ffmpeg", "exiftool"))
font = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
if not os.path.exists(font):
    font = output_of("fc-match", "-f", "%{file}", "sans").decode()


class Block:
    """Lines of text in a box, where imgstamp puts it: the same area and letters for all."""

    def __init__(self, place, lines, picture):
        self.place, self.lines, self.size = place, lines, round(1080 * letters / 100)
        told = output_of("imgstamp", "-q", "--dry-run", "--json", "-o", at("none.jpg"),
                         *self.texts(still), "--opacity", ".55", "--font", font,
                         "--size", str(letters), picture)
        self.x, self.y, self.width, self.height = json.loads(told)["box"]

    def texts(self, time):
        return [word for line in self.lines
                for word in ("--text", self.filled(line, time), "--at", self.place)]

    def filled(self, line, time):
        return line + time if line.endswith(", ") else line

    def baselines(self):
        step = self.height // len(self.lines)
        return [(self.x + 12, self.y + i * step + self.size, self.filled(line, still))
                for i, line in enumerate(self.lines)]


def imgstamp(blocks, source, target, verify, *more, time=still, opacity=".55"):
    texts = [word for block in blocks for word in block.texts(time)]
    return ["imgstamp", "-q", *texts, "--opacity", opacity, "--size", str(letters), "--font", font,
            "--time", "now", "--verify", verify, *more, "-o", target, source]


def painted(blocks, source, target, program, box, write):
    words = [*program, source, "-font", font]
    for block in blocks:
        corners = block.x, block.y, block.x + block.width - 1, block.y + block.height - 1
        words += ["-fill", box, "-draw", "rectangle %d,%d %d,%d" % corners, "-fill", "white",
                  "-pointsize", str(block.size)]
        for line in block.baselines():
            words += write(*line)
    return [*words, target]


def image_magick(blocks, source, target):
    return painted(blocks, source, target, [magick, "-limit", "thread", "1"], "#0000008c",
                   lambda x, y, text: ["-annotate", "+%d+%d" % (x, y), text])


def graphics_magick(blocks, source, target):
    return painted(blocks, source, target, [graphics, "convert"], "#00000073",
                   lambda x, y, text: ["-draw", "text %d,%d '%s'" % (x, y, text)])


def filters(blocks, time):
    chain = []
    for block in blocks:
        chain.append("drawbox=%d:%d:%d:%d:black@.55:fill" % (block.x, block.y, block.width,
                                                             block.height))
        for x, y, text in block.baselines():
            file = at("line-%d-%d-%s.txt" % (x, y, "clock" if time else "still"))
            Path(file).write_text(text.replace(still, time) if time else text)
            chain.append("drawtext=fontfile=%s:textfile=%s:fontcolor=white:fontsize=%d:x=%d:"
                         "y=%d-ascent" % (font, file, block.size, x, y))
    return ",".join(chain)


def drawtext(blocks, source, target, time=None):
    piped = ["-f", "image2pipe", "-c:v", "mjpeg"] if source == "-" else []
    return [ffmpeg, "-v", "error", "-y", *([] if piped else ["-nostdin"]), "-threads", "1",
            *piped, "-i", source, "-filter_threads", "1", "-vf", filters(blocks, time), "-q:v", "2",
            "-threads", "1", "-f", "image2pipe" if piped else "mjpeg", "-c:v", "mjpeg", target]


peers = {"ImageMagick": image_magick, "GraphicsMagick": graphics_magick,
         "ffmpeg drawtext": drawtext}
