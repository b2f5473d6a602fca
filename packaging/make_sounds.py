"""Makes the four tones of the counter: ``python packaging/make_sounds.py resources/sounds``.

Each tone is a few struck notes (a sine, a soft octave, quick attack, exponential decay): pleasant
all day, and different enough in melody to be told apart across a noisy shop without looking.
16-bit mono at 22,050 Hz, below 60 kB each; the result does not depend on the machine.
"""

import math
import struct
import sys
import wave
from pathlib import Path

RATE = 22_050

# name: (volume, ((start in s, frequency in Hz, decay in s), ...), length in s)
TONES: dict[str, tuple[float, tuple[tuple[float, float, float], ...], float]] = {
    # One short high tick: an item was taken.
    "accepted": (0.35, ((0.0, 1318.5, 0.045),), 0.16),
    # Two low notes that fall: stop and look.
    "error": (0.6, ((0.0, 311.1, 0.14), (0.19, 233.1, 0.2)), 0.7),
    # One note twice: somebody is needed, nothing is broken.
    "attention": (0.45, ((0.0, 659.3, 0.12), (0.22, 659.3, 0.2)), 0.75),
    # A rising major chord: the money is there.
    "paid": (0.45, ((0.0, 523.3, 0.22), (0.11, 659.3, 0.24), (0.22, 784.0, 0.45)), 1.2),
}

_ATTACK = 0.004
_FADE = 0.02


def samples(name: str) -> bytes:
    """The tone as little-endian 16-bit samples."""
    volume, notes, length = TONES[name]
    count = int(length * RATE)
    return b"".join(
        struct.pack("<h", round(32_000 * _clipped(volume * _level(at / RATE, notes, length))))
        for at in range(count)
    )


def _level(at: float, notes: tuple[tuple[float, float, float], ...], length: float) -> float:
    total = 0.0
    for start, pitch, decay in notes:
        age = at - start
        if age > 0:
            swell = min(1.0, age / _ATTACK) * math.exp(-age / decay)
            turn = 2 * math.pi * pitch * age
            total += swell * (math.sin(turn) + 0.3 * math.sin(2 * turn) + 0.1 * math.sin(3 * turn))
    # The end fades to silence, or the loudspeaker would click.
    return total * min(1.0, (length - at) / _FADE)


def _clipped(level: float) -> float:
    return max(-1.0, min(1.0, level))


def main(folder: Path) -> None:
    """Write every tone into ``folder``."""
    for name in TONES:
        with wave.open(str(folder / f"{name}.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes(samples(name))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
