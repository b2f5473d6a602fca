"""A counter with real threads on a real SQLite file; only the outside is played."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.host.running import Running


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    """Not started yet: a test starts it when its stage is set."""
    made = Running(tmp_path)
    yield made
    made.end()
    assert made.told() == []
