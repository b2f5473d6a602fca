"""Ten counters close at half past nine, on one account that tells of 30 refunds a minute."""

from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.support.street import Street
from tests.support.street_evening import EveningAccount, EveningCounter
from tests.unit.services.test_many_counters import MEMORY

COUNTERS, BILLS = 10, 30


def sell(street: Street, counter: EveningCounter) -> None:
    """A bill by QR on the screen, paid some seconds later."""
    order_id = counter.ask(phone=None)

    def pay() -> None:
        counter.pay(next(one for one in counter.waiting() if one.order_id == order_id))

    street.after(street.chance.uniform(3_000, 9_000), pay)


def test_the_round_at_the_end_of_the_day_disturbs_nobody() -> None:
    street = Street(seed=3)
    account = EveningAccount(street)
    with TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        made = [EveningCounter(account, Path(folder), n) for n in range(1, COUNTERS + 1)]
        for n in range(COUNTERS * BILLS):
            street.after(n * 2_000, partial(sell, street, made[n % COUNTERS]))
        street.run(20 * 60 - 5)
        assert sum(len(counter.green.at) for counter in made) == COUNTERS * BILLS
        refused = account.doors["refunds"].refused
        assert refused == 0
        evening = street.clock.at
        for n in range(80):
            street.after(n * 15_000, partial(sell, street, made[n * 7 % COUNTERS]))
        street.run(20 * 60 + 30)
        late = [delay for counter in made for delay in counter.delays(evening)]
        assert len(late) == 80
        assert max(late) <= 10_000, "seen although 300 bills are asked about"
        assert len(account.looks) >= COUNTERS * BILLS, "each was asked once more"
        assert max(account.looks.values()) == 1
        assert account.doors["refunds"].refused > 0, "it was the narrow door that was full"
        assert account.doors["order"].refused == account.doors["payments"].refused == 0
        for counter in made:
            counter.store.close()
