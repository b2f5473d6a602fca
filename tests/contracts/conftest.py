"""One practice server for all contract tests, calm before each."""

from collections.abc import Iterator

import pytest

from tests.support.practice import Listener, Practice, listener, practice_server


@pytest.fixture(scope="session")
def running_practice() -> Iterator[Practice]:
    """The server; its objects add up over the session."""
    with practice_server() as practice:
        yield practice


@pytest.fixture
def practice(running_practice: Practice) -> Practice:
    """The server without faults, webhooks and changed switches."""
    running_practice.calm()
    return running_practice


@pytest.fixture
def hearing() -> Iterator[Listener]:
    """Somebody who hears webhooks and callbacks."""
    with listener() as kept:
        yield kept
