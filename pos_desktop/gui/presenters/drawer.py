"""The cash drawer on the receipt printer: it opens when cash was taken, and waits for nobody."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pos_desktop.gui.presenters.ports import Services

_log = logging.getLogger(__name__)


def open_drawer(services: Services, order_id: str) -> None:
    """Cash came for this bill; nothing where no drawer hangs on a receipt printer."""
    printing = services.printing
    if printing is not None and services.options.printer.drawer:
        work = printing.open_drawer
        services.runner.run("db", lambda: work(order_id), _asked_for, _failed)


def _asked_for(_: None) -> None:
    """The cashier hears it."""


def _failed(error: Exception) -> None:
    # The cashier sees that it is shut, and must go on seeing the change to give.
    _log.warning("the drawer could not be asked for", exc_info=error)
