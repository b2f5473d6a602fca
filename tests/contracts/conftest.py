"""One practice server for all contract tests, calm before each."""

from collections.abc import Iterator

import pytest

from tests.contracts.gateway_case import Way
from tests.contracts.gateway_world import World
from tests.contracts.worlds import WORLDS, ways
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


@pytest.fixture(params=list(WORLDS))
def world(request: pytest.FixtureRequest, practice: Practice) -> World:
    """Every kind of gateway, one after the other."""
    make, _ = WORLDS[request.param]
    return make(practice)


@pytest.fixture(params=list(ways()), ids="-".join)
def way(request: pytest.FixtureRequest, practice: Practice) -> Way:
    """Every way to be paid: each kind of collect of each kind of gateway."""
    name, kind = request.param
    make, _ = WORLDS[name]
    return Way(make(practice), kind)
