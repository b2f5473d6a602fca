"""Fixtures of the relay's tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.relay.support import Relay, Shop, Till, running


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Relay]:
    """One relay for a module; every test takes its own shop."""
    with running(tmp_path_factory.mktemp("relay") / "data") as served:
        yield served


@pytest.fixture
def shop(relay: Relay) -> Shop:
    """A fresh shop."""
    return relay.shop()


@pytest.fixture
def till(relay: Relay, shop: Shop) -> Till:
    """A fresh counter of that shop."""
    return relay.enrol(shop)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder that does not exist yet."""
    return tmp_path / "data"
