"""What a counter runs on."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pos_desktop.ports import Clock, Ids, Lanes, SecretStore
from pos_desktop.services.outbox import Listener
from pos_desktop.services.views import Lamp


@dataclass(frozen=True, slots=True)
class Machine:
    """What a counter runs on: clocks, identities, lanes, keys, and who is told about changes."""

    clock: Clock
    ids: Ids
    lanes: Lanes
    secrets: SecretStore
    listener: Listener
    on_lamps: Callable[[tuple[Lamp, ...]], None]
    on_failure: Callable[[Exception], None]
    printer: Callable[[], None]
    templates: Path | None = None
