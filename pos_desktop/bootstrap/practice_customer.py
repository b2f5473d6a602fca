"""The customer of the practice shop: pays through the practice control (design payments 9).

Built before the first paint, so what it needs is imported when she acts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pos_desktop.domain.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from pos_desktop.ports import Store


class PracticeCustomer:
    """gui.presenters.ports.PracticeCustomer: a loopback call in the net lane.

    ``control`` is the address of the practice servers' control; ``store`` gives the counter's
    database and may wait until it is open.
    """

    def __init__(self, control: str, store: Callable[[], Store]) -> None:
        self._control = control
        self._store = store

    def pay(self, order_id: str) -> None:
        """Pay the newest open link or QR of this bill. Raises Unavailable."""
        self._act("/pay", order_id)

    def fail(self, order_id: str) -> None:
        """Try to pay it in vain. Raises Unavailable."""
        self._act("/fail", order_id)

    def _act(self, path: str, order_id: str) -> None:
        from pos_desktop.net.http import HttpClient

        reference = self._open_reference(order_id)
        client = HttpClient(self._control)
        try:
            answer = client.request("POST", path, json={"reference": reference})
        except Unavailable as error:
            raise Unavailable("practice_away", str(error)) from error
        finally:
            client.close()
        if not answer.ok:
            raise Unavailable("practice_not_payable", f"The control answered {answer.status}.")

    def _open_reference(self, order_id: str) -> str:
        from pos_desktop.domain.payment import CollectState

        with self._store().read() as uow:
            collects = uow.collects.of(order_id)
        for collect in reversed(collects):
            if collect.state is CollectState.OPEN:
                return collect.reference
        raise Unavailable("practice_not_payable", "This bill has no open link or QR.")
