"""A room of presenters for each test."""

import pytest

from tests.unit.presenters.screen import Room


@pytest.fixture
def room() -> Room:
    """Presenters with fakes on both sides."""
    return Room()
