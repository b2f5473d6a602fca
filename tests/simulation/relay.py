"""The relay: keeps pages, pictures and ledgers, and passes hints on to the counters."""

from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import Protocol

from pos_desktop.domain.errors import RaseedError, Unavailable
from pos_desktop.ports import Enrolled, Head, KeptLedger, LedgerEntry, Taken
from pos_desktop.wire import v1
from pos_desktop.wire.store import StoreState
from tests.simulation.account import Thing
from tests.simulation.line import Caller
from tests.simulation.world import World


class Reader(Protocol):
    """A counter's open feed."""

    def hinted(self) -> None: ...
    def unplugged(self) -> None: ...


class Relay:
    """One relay for all counters: a feed of hints, and what each counter published."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._chance: Random = world.chance("relay")
        self.pages: dict[str, dict[int, bytes]] = {}
        self.pictures: dict[str, str] = {}
        self.ledgers: dict[int, list[tuple[int, str]]] = {}
        self.changed_pages: list[str] = []
        self.asked: list[Thing] = []
        self.feed: list[v1.FeedEvent] = []
        self.down = False
        self.listeners: dict[int, Reader] = {}

    def state(self) -> Thing:
        """Everything that the checker needs, in plain words."""
        return {
            "pages": self.pages,
            "pictures": self.pictures,
            "ledgers": self.ledgers,
            "changed_pages": self.changed_pages,
            "asked": self.asked,
        }

    def go_down(self) -> None:
        """Nobody reaches it any more."""
        self.down = True
        for reader in self.listeners.values():
            reader.unplugged()

    # -- hints ---------------------------------------------------------------------------------

    def hook(self, account: str, event: str, thing: Thing, payment: Thing | None) -> None:
        """The gateway calls: now, late, twice, or never."""
        faults = self._world.faults
        if faults.strike("hook_lost"):
            return
        foreign = faults.strike("hook_foreign")
        hint = {
            "kind": "hook",
            "gateway": account,
            "event": event,
            "collect_id": "plink_of_somebody" if foreign else thing["id"],
            "reference": "OF-SOMEBODY-1" if foreign else thing["reference"],
            "payment_id": payment["id"] if payment else "",
        }
        self._arrives(hint, late=faults.strike("hook_delayed", 0.5))
        if faults.strike("hook_doubled"):
            self._arrives(hint, late=False)

    def delivery(self, sent: Thing, word: str) -> None:
        """Exotel reports."""
        channel = sent["channel"]
        hint = {"kind": "delivery", "sid": sent["sid"], "label": sent["label"], "status": word}
        self._arrives({**hint, "channel": channel}, late=False)

    def _arrives(self, hint: Thing, *, late: bool) -> None:
        wait = self._chance.choice((120_000, 900_000)) if late else self._chance.choice((80, 900))
        self._world.after(wait, lambda: self._keep(hint))

    def _keep(self, hint: Thing) -> None:
        if self.down:
            # The caller tries again later, as gateways and Exotel do.
            self._world.after(30_000, lambda: self._keep(hint))
            return
        seq = len(self.feed) + 1
        self.feed.append(v1.FeedEvent(seq=seq, at=self._world.now, event_id=f"ev{seq}", **hint))
        for reader in self.listeners.values():
            reader.hinted()


class SimRelay:
    """``ports.Relay`` of one counter."""

    def __init__(self, world: World, relay: Relay, caller: Caller) -> None:
        self._world = world
        self._relay = relay
        self._caller = caller

    def enrol(self, code: str, label: str, *, fresh: bool = False) -> Enrolled:
        return Enrolled("tenant", "dev", 1, "P2A", "token", "secret")

    def publish(self, token: str, revision: int, content: bytes, pdf: bytes | None) -> None:
        kept = self._relay.pages.setdefault(token, {})
        whole = content + (pdf or b"")

        def keep() -> None:
            if kept.setdefault(revision, whole) != whole:
                self._relay.changed_pages.append(f"{token}:{revision}")

        self._call("publish", token, keep)

    def revoke_page(self, token: str) -> None:
        def revoke() -> None:
            if token not in self._relay.pages:
                raise RaseedError("relay_not_found")

        self._call("revoke_page", token, revoke)

    def publish_picture(self, token: str, sealed: bytes) -> None:
        self._call("publish_picture", token, lambda: self._picture(token, "open"))

    def close_picture(self, token: str) -> None:
        def close() -> None:
            if token not in self._relay.pictures:
                raise RaseedError("relay_not_found")
            self._picture(token, "closed")

        self._call("close_picture", token, close)

    def sync(self, entries: Sequence[LedgerEntry], head: Head) -> Taken:
        kept = self._relay.ledgers.setdefault(self._caller.number, [])

        def append() -> None:
            for entry in entries:
                if entry.seq == len(kept) + 1:
                    kept.append((entry.seq, entry.hash))
                elif entry.seq > len(kept) + 1:
                    raise RaseedError("relay_gap", last_seq=len(kept))
                elif kept[entry.seq - 1] != (entry.seq, entry.hash):
                    raise RaseedError("relay_fork")

            if head.seq < len(kept):
                raise RaseedError("relay_ahead", last_seq=len(kept))

        self._call("sync", str(len(entries)), append)
        return Taken(len(kept), head.marks)

    def ledger(self, after: int, epoch: int = 0) -> KeptLedger:
        self._up()
        return KeptLedger((), (), more=False)

    def store(self) -> StoreState:
        self._up()
        return StoreState(device="dev", manager=True, callback_secret="secret")

    def feed(self, after: int, stop: Callable[[], bool]) -> Iterator[v1.FeedEvent]:
        self._up()
        return iter(self._relay.feed[after:])

    def ping(self) -> None:
        self._up()

    def _picture(self, token: str, state: str) -> None:
        if self._relay.pictures.get(token) != "closed":
            self._relay.pictures[token] = state

    def _up(self) -> None:
        if self._relay.down:
            raise Unavailable("relay_unreachable")

    def _call(self, what: str, subject: str, act: Callable[[], None]) -> None:
        faults = self._world.faults
        self._world.note("relay", what, subject=subject, down=self._relay.down)
        self._relay.asked.append(
            {
                "at": self._world.now,
                "from": self._caller.number,
                "what": what,
                "subject": subject,
                "down": self._relay.down,
            }
        )
        faults.kill("killed_before_acting")
        self._up()
        if faults.strike("relay_refused_connection"):
            raise Unavailable("relay_unreachable")
        act()
        faults.kill("killed_after_acting")
        if faults.strike("relay_lost_answer"):
            self._caller.travels(20_000)
            raise Unavailable("relay_unreachable")
