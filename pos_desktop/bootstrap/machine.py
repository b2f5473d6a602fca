"""What a counter runs on."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from pos_desktop.domain.options import Channel
from pos_desktop.net.meter import Meter
from pos_desktop.ports import Clock, Ids, Lanes, SecretStore
from pos_desktop.ports.paper import ReceiptPrinter
from pos_desktop.services.outbox import Listener
from pos_desktop.services.views import Lamp


def _no_settings(channel: Channel) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Machine:
    """What a counter runs on: clocks, identities, lanes, keys, and who is told about changes.

    ``meter`` counts the requests to gateways. ``keep_channel`` writes the shop's channel into its
    settings; False where it cannot be written now. ``printer`` raises where nothing can be printed;
    ``receipts`` is the receipt printer, None where bills go to the system's.
    """

    clock: Clock
    ids: Ids
    lanes: Lanes
    secrets: SecretStore
    listener: Listener
    on_lamps: Callable[[tuple[Lamp, ...]], None]
    on_failure: Callable[[Exception], None]
    printer: Callable[[], None]
    templates: Path | None = None
    receipts: ReceiptPrinter | None = None
    meter: Meter = field(default_factory=Meter)
    keep_channel: Callable[[Channel], bool] = _no_settings
