"""The manager's PIN: one decision at a time, and a lock-out that nothing shortens."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pos_desktop.domain.errors import DomainError, StoreError, Unavailable
from pos_desktop.domain.people import Approval, Person, Role
from pos_desktop.ports import LedgerEntry, PinHasher
from pos_desktop.services.people import OUTAGE_MS, People
from pos_desktop.settings.pins import Argon2Pins
from pos_desktop.settings.secrets import PracticeSecrets
from pos_desktop.storage.store import SqliteStore
from tests.support.pins import PlainPins
from tests.support.rig import START, CountedIds, FixedClock, ShakyStore

PIN = "739204"
WRONG = "739205"
MINUTE = 60_000
YEAR = 365 * 24 * 60 * MINUTE


class Shop:
    """A database with people; ``restart`` keeps nothing but the file."""

    def __init__(self, folder: Path, pins: PinHasher | None = None) -> None:
        self.path = folder / "counter.db"
        self.clock = FixedClock()
        self.pins: PinHasher = pins or PlainPins()
        self.ids = CountedIds()
        self.open()

    def open(self) -> None:
        self.store = ShakyStore(SqliteStore(self.path).open())
        self.people = People(self.store, self.clock, self.ids, self.pins)

    def restart(self) -> None:
        self.store.close()
        self.open()

    def known(self) -> Sequence[Person]:
        with self.store.read() as uow:
            return uow.people.all()

    def ledger(self, *kinds: str) -> list[LedgerEntry]:
        with self.store.read() as uow:
            return [entry for entry in uow.ledger.after(0, 10_000) if entry.kind in kinds]

    def refusal(self, pin: str = WRONG) -> tuple[str, object]:
        """Code and figure of the refusal that this PIN meets now."""
        with pytest.raises(DomainError) as caught:
            self.people.approve(pin, "refund")
        figures = list(caught.value.params.values())
        return caught.value.code, figures[0] if figures else None


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    made = Shop(tmp_path)
    made.people.set_up("Meena", PIN)
    return made


def test_the_first_manager_is_set_up_once(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    assert not shop.people.has_manager()
    with pytest.raises(DomainError, match="no_manager"):
        shop.people.approve(PIN, "refund")
    shop.people.set_up("  Meena \t Kulkarni ", PIN)
    assert shop.people.has_manager()
    (person,) = shop.known()
    assert (person.name, person.role, person.created_at) == ("Meena Kulkarni", Role.MANAGER, START)
    (entry,) = shop.ledger("person.added")
    assert entry.body == {"person_id": person.person_id, "name": person.name, "role": "manager"}
    with pytest.raises(DomainError, match="manager_exists"):
        shop.people.set_up("Ravi", "112358")
    assert shop.known() == (person,)


@pytest.mark.parametrize(
    ("name", "pin", "code"),
    [
        (" ", PIN, "name_empty"),
        ("M" * 41, PIN, "name_too_long"),
        ("Meena", "7392", "pin_too_short"),
        ("Meena", "7392047392041", "pin_too_long"),
        ("Meena", "123456", "pin_too_simple"),
        ("Meena", "73920x", "pin_not_digits"),
    ],
)
def test_who_cannot_be_set_up(tmp_path: Path, name: str, pin: str, code: str) -> None:
    shop = Shop(tmp_path)
    with pytest.raises(DomainError, match=code):
        shop.people.set_up(name, pin)
    assert shop.known() == ()
    assert shop.ledger("person.added") == []


def test_the_right_pin_is_an_approval_by_name(shop: Shop) -> None:
    shop.clock.pass_seconds(5)
    assert shop.people.approve(PIN, "refund") == Approval("Meena", START + 5000, "refund")
    (entry,) = shop.ledger("pin.approved")
    assert (entry.actor, entry.body) == ("Meena", {"what": "refund"})


def test_a_cashier_approves_nothing(shop: Shop) -> None:
    with shop.store.write() as uow:
        uow.people.add(Person("01C", "Asha", Role.CASHIER, shop.pins.hash("112358"), START))
        uow.commit()
    assert shop.refusal("112358") == ("pin_wrong", 4)


def test_wrong_pins_are_counted_and_lock(shop: Shop) -> None:
    answers = [shop.refusal() for _ in range(5)]
    assert answers == [("pin_wrong", left) for left in (4, 3, 2, 1)] + [("pin_locked", 60)]
    shop.clock.pass_seconds(59)
    assert shop.refusal(PIN) == ("pin_locked", 1), "the right one is not looked at either"
    shop.clock.pass_seconds(1)
    assert shop.refusal() == ("pin_locked", 120)
    shop.clock.pass_seconds(120)
    assert shop.people.approve(PIN, "refund").by == "Meena"
    assert shop.refusal() == ("pin_wrong", 4), "the right one cleared everything"


def test_the_ledger_says_what_was_tried_and_holds_no_pin(shop: Shop) -> None:
    for _ in range(5):
        shop.refusal()
    shop.refusal()
    failed, locked = shop.ledger("pin.failed"), shop.ledger("pin.locked")
    assert [entry.body for entry in failed] == [
        {"what": "refund", "failures": number} for number in (1, 2, 3, 4, 5)
    ]
    assert [entry.body for entry in locked] == [{"what": "refund", "seconds": 60}]
    assert {entry.actor for entry in failed + locked} == {"machine"}
    assert all(PIN not in str(e.body) and WRONG not in str(e.body) for e in failed + locked)


def test_a_script_stays_locked(shop: Shop) -> None:
    """10,000 tries in a day's time: eleven looks for five minutes, then one in half an hour."""
    pins = shop.pins
    assert isinstance(pins, PlainPins)
    for number in range(10_000):
        shop.clock.pass_seconds(8.64)
        code, _ = shop.refusal(f"{number:06d}")
        assert code in ("pin_wrong", "pin_locked")
    assert pins.looks <= 5 + 5 + 24 * 2
    assert len(shop.ledger("pin.failed")) == pins.looks


def test_a_script_against_the_real_hash(tmp_path: Path) -> None:
    keys = tmp_path / "keys.json"
    shop = Shop(tmp_path, Argon2Pins(PracticeSecrets(keys)))
    shop.people.set_up("Meena", PIN)
    codes = [shop.refusal(f"{number:06d}")[0] for number in range(2_000)]
    assert codes == ["pin_wrong"] * 4 + ["pin_locked"] * 1_996
    shop.restart()
    shop.clock.pass_seconds(60)
    assert shop.people.approve(PIN, "refund").by == "Meena"
    with shop.store.read() as uow:
        assert PIN not in "".join(str(entry) for entry in uow.ledger.after(0, 100))


def test_a_restart_forgets_nothing(shop: Shop) -> None:
    for left in (4, 3, 2, 1):
        assert shop.refusal() == ("pin_wrong", left)
        shop.restart()
    assert shop.refusal() == ("pin_locked", 60)
    shop.restart()
    assert shop.refusal(PIN) == ("pin_locked", 60)


@pytest.mark.parametrize("back", [MINUTE // 2, 20 * MINUTE, YEAR])
def test_a_clock_put_back_neither_frees_nor_locks_for_good(shop: Shop, back: int) -> None:
    for _ in range(5):
        shop.refusal()
    shop.clock.at -= back
    shop.restart()
    code, seconds = shop.refusal(PIN)
    assert (code, seconds) == ("pin_locked", min(60 + back // 1000, 1800))
    shop.clock.pass_seconds(1800)
    assert shop.people.approve(PIN, "refund").by == "Meena"


def test_a_wrong_pin_that_cannot_be_written_down_is_not_told(shop: Shop) -> None:
    shop.store.broken = 1
    with pytest.raises(StoreError, match="full"):
        shop.people.approve(WRONG, "refund")
    shop.store.broken = 1
    with pytest.raises(StoreError, match="full"):
        shop.people.approve(PIN, "refund")
    assert shop.refusal() == ("pin_wrong", 4)


def test_without_the_key_store_nothing_is_wrong_and_nothing_counted(shop: Shop) -> None:
    pins = shop.pins
    assert isinstance(pins, PlainPins)
    pins.lost = True
    for pin in (PIN, WRONG):
        with pytest.raises(Unavailable) as caught:
            shop.people.approve(pin, "refund")
        assert caught.value.code == "pin_pepper_missing"
    pins.lost = False
    assert shop.refusal() == ("pin_wrong", 4)


def second(shop: Shop, failures: int, locked_until: int | None = None) -> Person:
    """Another manager, who comes to have this much held against her."""
    ravi = Person("02", "Ravi", Role.MANAGER, shop.pins.hash("112358"), START)
    with shop.store.write() as uow:
        uow.people.add(ravi)
        uow.people.save(replace(ravi, failures=failures, locked_until=locked_until))
        uow.commit()
    return ravi


def test_any_manager_may_approve(shop: Shop) -> None:
    second(shop, 0)
    assert shop.refusal() == ("pin_wrong", 4)
    assert [person.failures for person in shop.known()] == [1, 1]
    assert shop.people.approve("112358", "refund").by == "Ravi"
    assert shop.people.approve(PIN, "refund").by == "Meena"
    assert [person.failures for person in shop.known()] == [0, 0]


def test_one_of_two_locked_is_not_looked_at(shop: Shop) -> None:
    second(shop, 5, START + 10 * MINUTE)
    assert shop.refusal("112358") == ("pin_wrong", 4)
    assert [person.failures for person in shop.known()] == [1, 5]
    for left in (3, 2, 1):
        assert shop.refusal() == ("pin_wrong", left)
    assert shop.refusal() == ("pin_locked", 60), "the lock that ends first"


def test_one_who_locks_leaves_the_others_their_tries(shop: Shop) -> None:
    second(shop, 4)
    assert shop.refusal() == ("pin_wrong", 4)
    assert [person.failures for person in shop.known()] == [1, 5]


def test_a_new_pin_takes_the_old_one(shop: Shop) -> None:
    with pytest.raises(DomainError, match="pin_too_simple"):
        shop.people.change_pin(PIN, "111111")
    with pytest.raises(DomainError, match="pin_wrong"):
        shop.people.change_pin(WRONG, "112358")
    assert shop.people.approve(PIN, "refund").by == "Meena"
    assert shop.people.change_pin(PIN, "112358") == "Meena"
    assert shop.refusal(PIN) == ("pin_wrong", 4)
    assert shop.people.approve("112358", "refund").by == "Meena"
    (entry,) = shop.ledger("pin.changed")
    assert (entry.actor, entry.body) == ("Meena", {"person_id": shop.known()[0].person_id})


def test_the_outage_window_lasts_an_hour_and_survives_a_restart(shop: Shop) -> None:
    assert shop.people.outage_until() is None
    approval = shop.people.approve(PIN, "outage")
    until = shop.people.open_outage(approval)
    assert until == START + OUTAGE_MS == START + 60 * MINUTE
    shop.restart()
    shop.clock.pass_seconds(60 * 60 - 1)
    assert shop.people.outage_until() == until
    shop.clock.pass_seconds(1)
    assert shop.people.outage_until() is None
    (entry,) = shop.ledger("outage.opened")
    assert (entry.actor, entry.body) == ("Meena", {"until": until, "approved_by": "Meena"})


def test_an_old_approval_opens_no_window(shop: Shop) -> None:
    approval = shop.people.approve(PIN, "outage")
    shop.clock.pass_seconds(11 * 60)
    with pytest.raises(DomainError, match="approval_needed"):
        shop.people.open_outage(approval)
    assert shop.people.outage_until() is None


def test_a_clock_put_back_does_not_reopen_the_window(shop: Shop) -> None:
    shop.people.open_outage(shop.people.approve(PIN, "outage"))
    shop.clock.at -= 1
    assert shop.people.outage_until() is None
    shop.clock.at -= YEAR
    assert shop.people.outage_until() is None


STEPS = st.lists(
    st.one_of(
        st.just("right"),
        st.just("restart"),
        st.integers(0, 999_999).map(lambda number: f"{number:06d}"),
        st.integers(-40 * MINUTE, 40 * MINUTE),
    ),
    max_size=40,
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=STEPS)
def test_no_order_of_things_gives_more_tries(
    tmp_path_factory: pytest.TempPathFactory, steps: list[str | int]
) -> None:
    """Whatever a script does with tries, restarts and the clock: between two right PINs it is
    heard four times for nothing, and each further time only after a lock was sat out."""
    shop = Shop(tmp_path_factory.mktemp("people"))
    shop.people.set_up("Meena", PIN)
    heard = 0
    for step in steps:
        if isinstance(step, int):
            shop.clock.at += step
        elif step == "restart":
            shop.restart()
        elif step in ("right", PIN):
            try:
                shop.people.approve(PIN, "refund")
            except DomainError as error:
                assert error.code == "pin_locked"
            else:
                heard = 0
        else:
            code, figure = shop.refusal(step)
            failures = shop.known()[0].failures
            if code == "pin_wrong":
                heard += 1
                assert (failures, figure) == (heard, 5 - heard)
                assert heard < 5
            else:
                assert failures >= 5
                heard = failures
                assert isinstance(figure, int) and 0 < figure <= 1800
    shop.store.close()
