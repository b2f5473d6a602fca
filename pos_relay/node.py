"""What a running relay is made of; handed to the routes as one value."""

import json
import logging
import time
from dataclasses import asdict, dataclass, field

from pos_relay.bus.local import LocalBus
from pos_relay.doors import Doors
from pos_relay.fan import Fans
from pos_relay.gauges import StoreGauges
from pos_relay.limits import MissLimiter
from pos_relay.meters import Meters
from pos_relay.ports import Bus
from pos_relay.settings import Settings
from pos_relay.store.faults import storage_fault
from pos_relay.store.opened import Store, open_store
from pos_relay.store.repair import repair

log = logging.getLogger("raseed.relay")


def now_ms() -> int:
    """UTC milliseconds."""
    return time.time_ns() // 1_000_000


@dataclass(frozen=True, slots=True)
class Node:
    """One relay process. ``now`` is replaced by tests that need another time."""

    settings: Settings
    store: Store
    limiter: MissLimiter
    doors: Doors
    bus: Bus = field(default_factory=LocalBus)
    fans: Fans = field(default_factory=Fans)
    meters: Meters = field(default_factory=Meters)

    def now(self) -> int:
        """UTC milliseconds."""
        return now_ms()


def open_node(settings: Settings) -> Node:
    """Open the store, set right what a crash left in it, and build the rest. Raises SetupError.

    Nobody else may serve this store: what a push has begun would look left behind.
    """
    limits = settings.limits
    limiter = MissLimiter(limits.misses_per_minute, limits.hits_per_minute, time.monotonic)
    doors = Doors(limits, time.monotonic)
    node = Node(settings, open_store(settings), limiter, doors)
    node.meters.registry.register(StoreGauges(node.store, settings))
    _set_right(node)
    return node


def _set_right(node: Node) -> None:
    try:
        done = asdict(repair(node.store.database, node.store.folder, node.now()))
    except Exception as error:
        if storage_fault(error) is None:
            node.store.close()
            raise
        # A full disk still has every bill on it: better to serve them than to stay away.
        log.exception(json.dumps({"repair": type(error).__name__}))
        node.meters.repairs.labels("failed").inc()
        return
    for kind, count in done.items():
        node.meters.repairs.labels(kind).inc(count)
    if any(done.values()):
        log.warning(json.dumps({"repair": done}))
