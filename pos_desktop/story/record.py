"""What happened in a story, for ``story.json``; and how a story says that it went wrong."""

from dataclasses import dataclass, field


class Broken(AssertionError):
    """The story went on but something that it shows is wrong; the text says what."""


@dataclass
class Record:
    """Pictures, seconds, and in sentences what was looked up and found to hold."""

    screens: list[str] = field(default_factory=list)
    scan_seconds: list[float] = field(default_factory=list)
    request_to_qr: float | None = None
    paid_to_green: float | None = None
    proved: list[str] = field(default_factory=list)

    def prove(self, sentence: str, holds: bool) -> None:
        """Note what holds. Raises Broken where it does not."""
        if not holds:
            raise Broken(f"not so: {sentence}")
        self.proved.append(sentence)
