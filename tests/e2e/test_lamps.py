"""Each lamp of the real window against its real dependency: cut it, see it; mend it, see it.

Rule: a cut shows within ten seconds. The measured seconds are printed (``pytest -s``).
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.remote import Remote
from tests.e2e.shop import Shop

WITHIN = 10.0
WELL = {
    "internet": "Internet",
    "gateway": "Payments",
    "messages": "Messages",
    "relay": "All bills sent",
    "printer": "Printer",
}
pytestmark = pytest.mark.timeout(90)


@pytest.fixture(scope="module")
def counter(street: Shop) -> Iterator[Remote]:
    """One counter for all lamps."""
    with street.counter() as counter:
        counter.until(lambda look: look["lamps"] == WELL, "all lamps are well")
        yield counter
        counter.verify()


def _printouts(counter: Remote) -> Path:
    return counter.data / "printouts"


def _jam(counter: Remote) -> None:
    folder = _printouts(counter)
    folder.rmdir()
    folder.write_text("no paper", encoding="utf-8")


# lamp: (what cuts it, what mends it, its words while it is down)
CASES: dict[str, tuple[Callable[[Shop, Remote], None], Callable[[Shop, Remote], None], str]] = {
    "gateway": (lambda s, c: s.gateway.cut(), lambda s, c: s.gateway.mend(), "Payments down"),
    "messages": (lambda s, c: s.exotel.cut(), lambda s, c: s.exotel.mend(), "Messages down"),
    "relay": (lambda s, c: s.stop_relay(), lambda s, c: s.start_relay(), "Bill pages down"),
    "printer": (lambda s, c: _jam(c), lambda s, c: _printouts(c).unlink(), "Printer down"),
}


# Two at a time, for time's sake: exactly these two say so.
@pytest.mark.parametrize("lamps", [("gateway", "printer"), ("messages", "relay")])
def test_a_lamp_shows_the_cut_of_what_it_watches(
    street: Shop, counter: Remote, lamps: tuple[str, str]
) -> None:
    for lamp in lamps:
        CASES[lamp][0](street, counter)
    expected = {**WELL, **{lamp: CASES[lamp][2] for lamp in lamps}}
    down = counter.until(lambda look: look["lamps"] == expected, f"{lamps} down", WITHIN)
    for lamp in lamps:
        CASES[lamp][1](street, counter)
    back = counter.until(lambda look: look["lamps"] == WELL, f"{lamps} back", WITHIN)
    print(f"{' and '.join(lamps)}: down after {down:.1f} s, back after {back:.1f} s")


def test_internet_is_down_when_nobody_answers_and_back_with_the_first(
    street: Shop, counter: Remote
) -> None:
    street.gateway.cut()
    street.exotel.cut()
    street.stop_relay()
    down = counter.until(
        lambda look: look["lamps"]["internet"] == "Internet down", "internet down", WITHIN
    )
    lamps = counter.look()["lamps"]
    assert [name for name in lamps if "down" in lamps[name]] == [
        "internet", "gateway", "messages", "relay",
    ]  # fmt: skip
    street.exotel.mend()
    back = counter.until(
        lambda look: look["lamps"]["internet"] == "Internet", "internet back", WITHIN
    )
    print(f"internet: down after {down:.1f} s, back after {back:.1f} s")
    street.heal_lines()
    counter.until(lambda look: look["lamps"] == WELL, "all lamps are well", WITHIN)
