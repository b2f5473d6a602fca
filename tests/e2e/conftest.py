"""One shop for the tests of a file; each test begins and ends with everything in order."""

from collections.abc import Iterator

import pytest

from tests.e2e.shop import Shop
from tests.e2e.turns import TODAY


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which of the long stories were played in this run."""
    terminalreporter.write_line(f"money stories in turn (--full plays all): {', '.join(TODAY)}")


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """Relay, gateway and Exotel of one shop."""
    shop = Shop(tmp_path_factory.mktemp("shop"))
    try:
        yield shop
    finally:
        shop.close()


@pytest.fixture
def shop(street: Shop) -> Iterator[Shop]:
    """The same, healed after each test."""
    yield street
    street.heal()
