"""Virtual time, one queue of moments to come, and one generator of chance per actor."""

import heapq
import random
from collections import Counter
from collections.abc import Callable
from typing import NoReturn

# 23-11-2026 10:15:30 IST
START = 1_795_409_130_000
DAY = 24 * 3600 * 1000

Act = Callable[[], None]
Event = dict[str, object]


class Killed(BaseException):
    """The process of a counter dies here; no ``except Exception`` may save it."""


class World:
    """What all actors share. ``now`` is the true time (UTC ms), which only the servers know.

    A chance belongs to an actor, so that a new actor does not shift the others.
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.now = START
        self.steps = 0
        self.history: list[Event] = []
        self.crashes = 0
        #: Counters that committed since somebody looked.
        self.dirty: set[int] = set()
        self._queue: list[tuple[int, float, int, Act]] = []
        self._put = 0
        self._ties = self.chance("ties")
        self.faults = Faults(self)

    def chance(self, actor: str) -> random.Random:
        """The generator of this actor alone."""
        return random.Random(f"{self.seed}/{actor}")

    def after(self, ms: float, act: Act) -> None:
        """Let something happen so much later; what falls on one moment comes in any order."""
        self.at(self.now + int(ms), act)

    def at(self, moment: int, act: Act) -> None:
        """Let something happen at this moment, or at once where it has passed."""
        self._put += 1
        entry = (max(moment, self.now), self._ties.random(), self._put, act)
        heapq.heappush(self._queue, entry)

    def next_moment(self) -> int | None:
        """When the next thing happens, or None."""
        return self._queue[0][0] if self._queue else None

    def step(self) -> None:
        """Let the next thing happen."""
        moment, _, _, act = heapq.heappop(self._queue)
        self.now = moment
        self.steps += 1
        act()

    def note(self, who: str, what: str, **more: object) -> None:
        """One line of the history."""
        self.history.append({"at": self.now, "who": who, "what": what, **more})


#: Everything that can go wrong, by the place where it does.
KINDS = (
    # the line to the gateway and the gateway itself
    "gateway_refused_connection",
    "gateway_lost_request",
    "gateway_lost_answer",
    "gateway_acted_late",
    "gateway_limited",
    "gateway_limited_after_acting",
    "gateway_error",
    "gateway_error_after_acting",
    "gateway_garbage",
    "gateway_bad_key",
    "gateway_slow",
    "gateway_stale",
    "gateway_other_amount",
    "gateway_other_currency",
    "gateway_down",
    "gateway_refuses",
    "gateway_odd_address",
    "gateway_odd_word",
    "refund_failed",
    "refund_slow",
    "refund_refused",
    "refund_failed_then_processed",
    "refund_without_reference",
    "payment_not_known",
    "closed_elsewhere",
    # money
    "pays_part",
    "pays_too_much",
    "pays_twice",
    "pays_other_currency",
    "pays_late",
    "authorised_only",
    "failed_then_captured",
    "stranger_pays",
    # hints and the relay
    "hook_lost",
    "hook_delayed",
    "hook_doubled",
    "hook_foreign",
    "relay_refused_connection",
    "relay_lost_answer",
    "relay_down",
    # Exotel
    "exotel_down",
    "message_refused",
    "message_not_sent",
    "message_lost_answer",
    "message_lost_request",
    "callback_doubled",
    "callback_lost",
    "callback_delayed",
    # the computer
    "killed_between_steps",
    "killed_before_commit",
    "killed_after_commit",
    "killed_before_acting",
    "killed_after_acting",
    "disk_full",
    "clock_jump",
    "sleep",
)

_RATES = (0.03, 0.1, 0.3)


#: What some runs are about: faults that are likely together, so that rare paths are taken often.
THEMES = {
    "refunds": {
        "pays_twice": 0.5,
        "pays_too_much": 0.35,
        "refund_failed": 0.65,
        "refund_failed_then_processed": 0.9,
        "refund_refused": 0.3,
        "refund_slow": 0.3,
        "pays_other_currency": 0.08,
        "refund_without_reference": 0.3,
        "payment_not_known": 0.4,
        "gateway_lost_answer": 0.4,
        "gateway_lost_request": 0.2,
        "killed_after_acting": 0.3,
    },
    "hasty": {
        "gateway_slow": 0.4,
        "gateway_error": 0.3,
        "gateway_refuses": 0.95,
        "gateway_lost_request": 0.2,
        "gateway_odd_word": 0.2,
        "message_lost_answer": 0.1,
        "message_lost_request": 0.1,
        "message_not_sent": 0.1,
    },
    "late": {
        "pays_late": 0.95,
        "failed_then_captured": 0.15,
        "authorised_only": 0.2,
        "pays_part": 0.15,
        "gateway_odd_word": 0.3,
        "disk_full": 0.2,
        "closed_elsewhere": 0.15,
    },
    "doubt": {
        "gateway_lost_answer": 0.3,
        "gateway_acted_late": 0.2,
        "gateway_stale": 0.7,
        "gateway_odd_address": 0.3,
        "gateway_error_after_acting": 0.4,
        "gateway_limited_after_acting": 0.5,
        "killed_after_acting": 0.5,
        "closed_elsewhere": 0.3,
    },
}


class Faults:
    """Which faults there are in this run, and how often: a run has some, seldom all, some none."""

    def __init__(self, world: World) -> None:
        self._world = world
        chance = world.chance("faults")
        self._chance = world.chance("strikes")
        self.hits: Counter[str] = Counter()
        self.on = True
        self.theme = chance.choice(("", *THEMES, *THEMES, "refunds", "refunds", "late", "doubt"))
        # What doubt is about goes wrong in its own way; more would only hide it.
        wild = 0.05 if self.theme == "doubt" else chance.choice((0.0, 0.15, 0.3, 0.3, 0.6))
        self._rates = {kind: chance.choice(_RATES) for kind in KINDS if chance.random() < wild}
        self._rates.update(THEMES.get(self.theme, {}))

    def strike(self, kind: str, weight: float = 1.0) -> bool:
        """Whether this fault happens here and now; counted if so."""
        rate = self._rates.get(kind)
        if rate is None or not self.on or self._chance.random() >= rate * weight:
            return False
        self.hits[kind] += 1
        self._world.note("fault", kind)
        return True

    def surely(self, kind: str) -> bool:
        """Like ``strike`` for what happens once in a run."""
        happens = kind in self._rates and self.on
        if happens:
            self.hits[kind] += 1
            self._world.note("fault", kind)
        return happens

    def has(self, kind: str) -> bool:
        """Whether this run knows this fault at all."""
        return kind in self._rates

    def kill(self, kind: str) -> None:
        """Raises Killed if this fault strikes."""
        if self.strike(kind, 0.1):
            _die(kind)


def _die(kind: str) -> NoReturn:
    raise Killed(kind)
