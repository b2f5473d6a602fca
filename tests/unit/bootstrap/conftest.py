"""A relay that really runs, for commands that speak to it."""

from collections.abc import Iterator

import pytest

from tests.relay.support import Relay, Shop, running


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Relay]:
    """One relay for a module; every test takes its own shop."""
    with running(tmp_path_factory.mktemp("relay") / "data") as served:
        yield served


@pytest.fixture
def shop(relay: Relay) -> Shop:
    """A fresh practice shop."""
    return relay.shop(practice=True)
