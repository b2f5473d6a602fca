"""What a running relay is made of; handed to the routes as one value."""

import time
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, Counter

from pos_relay.bus.local import LocalBus
from pos_relay.limits import MissLimiter
from pos_relay.ports import Bus
from pos_relay.settings import Settings
from pos_relay.store.opened import Store, open_store


def now_ms() -> int:
    """UTC milliseconds."""
    return time.time_ns() // 1_000_000


class Meters:
    """Counters for ``/metrics``; labels never carry a shop, token or id."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "relay_requests",
            "Answers by route and status",
            ["route", "status"],
            registry=self.registry,
        )
        self.hints = Counter(
            "relay_hints",
            "Hooks and callbacks by outcome",
            ["source", "outcome"],
            registry=self.registry,
        )
        self.lost = Counter(
            "relay_lost",
            "Links whose stored bytes were missing, unreadable or damaged when they were opened",
            ["fault"],
            registry=self.registry,
        )
        self.sync_events = Counter(
            "relay_sync_answers", "Answers to sync batches", ["answer"], registry=self.registry
        )


@dataclass(frozen=True, slots=True)
class Node:
    """One relay process. ``now`` is replaced by tests that need another time."""

    settings: Settings
    store: Store
    limiter: MissLimiter
    bus: Bus = field(default_factory=LocalBus)
    meters: Meters = field(default_factory=Meters)

    def now(self) -> int:
        """UTC milliseconds."""
        return now_ms()


def open_node(settings: Settings) -> Node:
    """Open the store and build the rest. Raises SetupError."""
    limits = settings.limits
    limiter = MissLimiter(limits.misses_per_minute, limits.hits_per_minute, time.monotonic)
    return Node(settings, open_store(settings), limiter)
