"""Telling a scanner from fingers by the rhythm of the keys. Pure: times come in as milliseconds."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum, auto


@dataclass(frozen=True, slots=True)
class Rhythm:
    """``gap``: the highest median between keys of a scan (15 to 100 ms); ``silence``: a scan
    without an end key is over after it; ``shortest``: fewer keys are never a scan."""

    gap: int = 35
    silence: int = 60
    shortest: int = 4


class Verdict(Enum):
    """What to do with the keys that are held."""

    HOLD = auto()
    SCAN = auto()
    REPLAY = auto()


@dataclass(slots=True)
class Burst:
    """The keys that are held back until it is known what they are."""

    rhythm: Rhythm = field(default_factory=Rhythm)
    text: str = ""
    times: list[int] = field(default_factory=list)

    def add(self, character: str, at: int) -> None:
        """One more key at ``at`` (milliseconds)."""
        self.text += character
        self.times.append(at)

    def late(self, at: int) -> bool:
        """Whether a key at ``at`` comes too late to belong to those that are held."""
        return bool(self.times) and at - self.times[-1] > self.rhythm.silence

    def judge(self) -> Verdict:
        """An end key or silence came: a scan, or keys to hand on. HOLD: there are none."""
        if not self.times:
            return Verdict.HOLD
        if len(self.times) < self.rhythm.shortest:
            return Verdict.REPLAY
        # The median forgives a hiccup of the bus (16 ms now and then) and one late key.
        gaps = [later - earlier for earlier, later in zip(self.times, self.times[1:], strict=False)]
        return Verdict.SCAN if _median(gaps) <= self.rhythm.gap else Verdict.REPLAY

    def take(self) -> str:
        """The text that was held; nothing is held afterwards."""
        text = self.text
        self.text = ""
        self.times.clear()
        return text


def _median(gaps: Sequence[int]) -> float:
    """Ours: the module ``statistics`` costs more at the start than all of this file."""
    ordered, middle = sorted(gaps), len(gaps) // 2
    if len(ordered) % 2:
        return float(ordered[middle])
    return float((ordered[middle - 1] + ordered[middle]) / 2)
