"""A register of the practice Razorpay with a clock that tests turn by hand."""

from dataclasses import dataclass, field

import pytest

from pos_desktop.sandbox.razorpay.objects import Register
from pos_desktop.sandbox.settings import Features, practice_keys
from pos_desktop.sandbox.shapes import Json

START = 1_795_409_130


@dataclass
class World:
    """The register, its clock and the events it announced."""

    now: int = START
    events: list[tuple[str, dict[str, Json]]] = field(default_factory=list)
    register: Register = field(init=False)

    def __post_init__(self) -> None:
        self.register = Register(
            keys=practice_keys(),
            features=Features(),
            origin="http://127.0.0.1:8000",
            now=lambda: self.now,
            emit=lambda event, entities: self.events.append((event, entities)),
        )

    def names(self) -> list[str]:
        """The events so far."""
        return [event for event, _ in self.events]


@pytest.fixture
def world() -> World:
    """An empty practice Razorpay at a fixed moment."""
    return World()
