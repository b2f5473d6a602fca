"""A receipt printer that understands exactly what ours may be told, and shows its paper."""

from dataclasses import dataclass, field

from PIL import Image, ImageDraw, ImageFont, ImageOps


@dataclass(frozen=True)
class Line:
    """One line of letters as it was set."""

    text: str
    bold: bool
    big: bool


@dataclass
class Roll:
    """What came out: letters and pictures in their order; ``read`` raises on anything unknown."""

    parts: list[Line | Image.Image] = field(default_factory=list)
    cuts: int = 0
    pulses: int = 0
    starts: int = 0

    @property
    def lines(self) -> list[Line]:
        return [part for part in self.parts if isinstance(part, Line)]

    @property
    def texts(self) -> list[str]:
        return [line.text for line in self.lines]

    @property
    def pictures(self) -> list[Image.Image]:
        """Black on white, pictures that follow each other as one."""
        joined: list[list[Image.Image]] = []
        before: object = None
        for part in self.parts:
            if isinstance(part, Image.Image):
                if isinstance(before, Image.Image):
                    joined[-1].append(part)
                else:
                    joined.append([part])
            before = part
        return [stacked(group) for group in joined]

    def painted(self, width: int) -> Image.Image:
        """The whole paper, for a person to look at; letters stand in cells of 12 dots."""
        return stacked([_painted(part, width) for part in self.parts])


def stacked(pictures: list[Image.Image]) -> Image.Image:
    width = max(picture.width for picture in pictures)
    whole = Image.new("L", (width, sum(p.height for p in pictures)), 255)
    y = 0
    for picture in pictures:
        whole.paste(picture, (0, y))
        y += picture.height
    return whole


def _painted(part: Line | Image.Image, width: int) -> Image.Image:
    if isinstance(part, Image.Image):
        return part
    size = 2 if part.big else 1
    strip = Image.new("L", (width, 30 * size), 255)
    face = ImageFont.load_default(20 * size)
    for at, letter in enumerate(part.text):
        place = (12 * size * at, 2)
        ImageDraw.Draw(strip).text(place, letter, 0, face, stroke_width=int(part.bold))
    return strip


def read(job: bytes) -> Roll:
    """Every command of ``job``. Raises ValueError for what a receipt printer need not know."""
    roll, bold, big, at, words = Roll(), False, False, 0, b""
    while at < len(job):
        rest = job[at:]
        if 0x20 <= rest[0] < 0x7F:
            words, step = words + rest[:1], 1
        elif rest[0] == 0x0A:
            roll.parts.append(Line(words.decode("ascii"), bold, big))
            words, step = b"", 1
        elif rest[:2] == b"\x1b@":
            bold = big = False
            roll.starts, step = roll.starts + 1, 2
        elif rest[:3] == b"\x1bR\x00":
            step = 3
        elif rest[:2] == b"\x1bE" and rest[2] in (0, 1):
            bold, step = rest[2] == 1, 3
        elif rest[:2] == b"\x1d!" and rest[2] in (0, 0x11):
            big, step = rest[2] == 0x11, 3
        elif rest[:3] == b"\x1dVB":
            roll.cuts, step = roll.cuts + 1, 4
        elif rest[:3] == b"\x1bp\x00":
            roll.pulses, step = roll.pulses + 1, 5
        elif rest[:4] == b"\x1dv0\x00":
            across, down = (int.from_bytes(rest[n : n + 2], "little") for n in (4, 6))
            step = 8 + across * down
            dots = Image.frombytes("1", (across * 8, down), rest[8:step])
            roll.parts.append(ImageOps.invert(dots.convert("L")))
        else:
            raise ValueError(f"unknown at {at}: {rest[:8]!r}")
        at += step
    if words:
        raise ValueError(f"letters without an end: {words!r}")
    return roll
