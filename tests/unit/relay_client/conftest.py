"""A relay that really runs, for the client's tests."""

from collections.abc import Iterator

import pytest

from pos_desktop.net.http import HttpClient
from tests.relay.support import Relay, Shop, running


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
def http(relay: Relay) -> Iterator[HttpClient]:
    """Connections to the relay."""
    client = HttpClient(relay.base_url)
    yield client
    client.close()
