"""A street whose account is at Cashfree, in the evening: limits for each kind of question (gateways
2.1), no list of payments, and the round at the end of the day."""

from collections import defaultdict
from dataclasses import replace
from pathlib import Path

from pos_desktop.domain.numbering import ist_midnight
from pos_desktop.domain.payment import Collect, CollectState, GatewayStatus
from pos_desktop.ports import Capabilities, CollectIntent, CollectSeen, GatewayError
from pos_desktop.services.refund_watch import Asking
from pos_desktop.services.sweep import Sweep
from tests.support.street import Account, Adapter, Street, StreetCounter

DAY_END = (21 * 60 + 30) * 60_000
LIMITS = {"create": 200, "order": 400, "payments": 100, "refunds": 30}


class EveningAccount:
    """One account with a limit for each kind of question; ``now`` at a quarter past nine."""

    def __init__(self, street: Street) -> None:
        self.street = street
        street.clock.at = ist_midnight(street.clock.at) + DAY_END - 20 * 60_000
        self.doors = {kind: Account(street, limit) for kind, limit in LIMITS.items()}
        self.seen: dict[str, CollectSeen] = {}
        self.looks: dict[str, int] = defaultdict(int)

    def ask(self, kind: str) -> None:
        """One request. Raises GatewayError as Cashfree says it: wait for a minute."""
        try:
            self.doors[kind].let_through()
        except GatewayError as error:
            narrow = kind == "refunds"
            raise GatewayError(error.kind, retry_after=60, narrow=narrow) from error


class EveningAdapter(Adapter):
    """Asks as often as Cashfree's adapter does (tests/unit/gateways/test_cashfree_watching.py)."""

    def __init__(self, account: EveningAccount) -> None:
        super().__init__(account.doors["order"])
        self.seen = account.seen
        self._evening = account

    def capabilities(self) -> Capabilities:
        return replace(super().capabilities(), lists_payments=False)

    def create(self, intent: CollectIntent) -> CollectSeen:
        self._count("create")
        return super().create(intent)

    def fetch(self, collect: Collect) -> CollectSeen:
        settled, seen = collect.state is CollectState.PAID, self.seen[collect.reference]
        if settled:
            self._count("refunds")
        self._count("order")
        if seen.status is not GatewayStatus.OPEN:
            self._count("payments")
        if settled:
            self._evening.looks[collect.reference] += 1
        return seen

    def _count(self, kind: str) -> None:
        self.made += 1
        self._evening.ask(kind)


class EveningCounter(StreetCounter):
    """A counter that closes at half past nine."""

    def __init__(self, account: EveningAccount, folder: Path, number: int) -> None:
        self._evening = account
        super().__init__(account.doors["order"], folder, number)
        asking = Asking(self.store, self.lanes, self.clock, self.gateways, self.traffic, self.heard)
        self.sweep = Sweep(asking, self.payments, self.options.counter)

    def connect(self) -> None:
        """With the adapter of this account."""
        self.gateway = EveningAdapter(self._evening)
        super().connect()

    def _steps(self, now: int) -> list[int | None]:
        return [*super()._steps(now), self.sweep.step(now)]
