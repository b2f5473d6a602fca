"""80 counters and 200 waiting bills on one account that answers 300 requests a minute."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from pos_desktop.domain.payment import CollectKind
from tests.support.street import Account, Street, StreetCounter

LIMIT = 300
# Hundreds of commits a second of virtual time: the flushes of a disk are not what is tested.
MEMORY = Path("/dev/shm")


@contextmanager
def counters(
    street: Street, count: int, limit: int = LIMIT
) -> Iterator[tuple[Account, list[StreetCounter]]]:
    account = Account(street=street, limit=limit)
    with TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        made = [StreetCounter(account, Path(folder), number) for number in range(1, count + 1)]
        yield account, made
        for counter in made:
            counter.store.close()


def connect(made: list[StreetCounter], *, push: bool) -> None:
    for counter in made:
        counter.watcher.push_connected = push


def customers(street: Street, made: list[StreetCounter], every: float) -> None:
    """Somebody pays, and the next one buys, so that as many bills wait as before."""

    def one() -> None:
        counter = street.chance.choice(made)
        waiting = counter.waiting()
        if waiting:
            counter.pay(street.chance.choice(waiting))
            counter.ask()
        street.after(every * 1000, one)

    street.after(every * 1000, one)


def delays(made: list[StreetCounter], since: int) -> list[int]:
    return sorted(delay for counter in made for delay in counter.delays(since))


@pytest.mark.serial
@pytest.mark.parametrize("seed", [1, 2])
def test_eighty_counters_with_two_hundred_bills(seed: int) -> None:
    """Every link has been opened, and a look costs what it costs at Razorpay."""
    street = Street(seed)
    with counters(street, 80) as (account, made):
        connect(made, push=True)
        for n in range(200):
            street.after(n * 2100, made[n % 80].ask)
        street.run(450)
        customers(street, made, every=3)
        # 200 links every 30 s are more than the account answers: the counters find out how many.
        street.run(120)
        assert account.refused > 0
        settled = street.clock.at
        street.run(240)
        by_push = delays(made, settled)
        assert len(by_push) >= 75
        assert by_push[-1] <= 1000, "paid to green with push"
        assert sum(len(counter.waiting()) for counter in made) >= 195

        lost = street.clock.at
        connect(made, push=False)
        street.run(240)
        by_asking = delays(made, lost)
        assert len(by_asking) >= 75
        assert by_asking[-1] <= 60_000, "paid to green after the push is lost"
        # No circuit opened on the way (each turn of each counter looks), and nobody was forgotten.
        for counter in made:
            asked = counter.desk.state().longest_unasked_at
            assert asked is not None
            assert street.clock.at - asked <= 60_000


def test_two_hundred_bills_on_one_counter_stay_within_its_budget() -> None:
    street = Street()
    with counters(street, 1, limit=1_000_000) as (account, (counter,)):
        for n in range(200):
            street.after(n * 1500, counter.ask)
        street.run(320)
        assert len(counter.waiting()) == 200
        begun = len(account.asked)
        street.run(300)
        asked = account.asked[begun:]
        for first, moment in enumerate(asked):
            within = [at for at in asked[first:] if at <= moment + 10_000]
            assert len(within) <= 5 + 20
        assert len(asked) >= 590, "two a second are used"
        longest = counter.desk.state().longest_unasked_at
        assert longest is not None
        assert 90_000 <= street.clock.at - longest <= 110_000, "and the age is told"


@pytest.mark.parametrize(("phone", "most"), [(None, 4500), ("+919876543210", 7000)])
def test_few_bills_are_seen_soon_without_push(phone: str | None, most: int) -> None:
    """By polling alone, five live ones at a time, each paid at some moment of its first minutes."""
    street = Street()
    with counters(street, 1) as (_, (counter,)):
        kind = CollectKind.LINK if phone else CollectKind.QR
        for _ in range(6):
            bills = {counter.ask(phone) for _ in range(5)}
            street.run(8)
            for collect in counter.waiting():
                assert collect.kind is kind
                street.run(street.chance.uniform(1, 20))
                counter.pay(collect)
            street.run(10)
            assert bills <= counter.green.at.keys()
        took = counter.delays()
        assert len(took) == 30
        assert max(took) <= most


def test_with_push_it_takes_less_than_a_second() -> None:
    street = Street()
    with counters(street, 1) as (_, (counter,)):
        connect([counter], push=True)
        for _ in range(20):
            counter.ask()
            street.run(street.chance.uniform(3, 40))
            counter.pay(counter.waiting()[0])
            street.run(2)
        assert len(counter.delays()) == 20
        assert max(counter.delays()) <= 1000
