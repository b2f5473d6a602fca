"""Ctrl+P: the last bill, or the marked one, on paper. Paper is optional and never in the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pos_desktop.domain.errors import RaseedError
from pos_desktop.gui.presenters.notices import Notices
from pos_desktop.gui.presenters.ports import Services

if TYPE_CHECKING:
    from pos_desktop.wire.v1 import PageContent


class PrintPresenter:
    """Reads the document in the db lane and prints it in the doc lane."""

    def __init__(self, services: Services, notices: Notices, kind: str = "80mm") -> None:
        self._services = services
        self._kind = kind
        self.notices = notices

    def print(self, order_id: str | None) -> None:
        """Print one bill; None is the last one issued."""

        def read(content: PageContent) -> None:
            self._services.runner.run(
                "doc",
                lambda: self._services.paper.print(content, self._kind),
                lambda _: self.notices.tell("printed"),
                self._failed,
            )

        self._services.runner.run(
            "db", lambda: self._services.desk.document(order_id), read, self._failed
        )

    def _failed(self, error: Exception) -> None:
        known = isinstance(error, RaseedError)
        self.notices.failed(error if known else RaseedError("print_failed", str(error)))
