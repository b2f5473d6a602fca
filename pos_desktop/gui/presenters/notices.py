"""The one error area: what went wrong, and what to do now."""

import logging
from dataclasses import dataclass
from typing import Protocol

from pos_desktop.domain.errors import RaseedError
from pos_desktop.gui.presenters.holds import holds
from pos_desktop.gui.presenters.ports import Tones
from pos_desktop.gui.texts import knows, say
from pos_desktop.services.views import DeskState, Tone

_log = logging.getLogger(__name__)

_USUAL_S = 8
# Change is counted out of a drawer, and the practice hint names three steps.
_LONGER_S = {"cash_done": 30, "requested_practice": 20}
# Refusals that changed nothing and ask for nothing.
_PASSING = frozenset({"nothing_to_pay"})


@dataclass(frozen=True, slots=True)
class Notice:
    """``blocking``: scans are refused until somebody has seen it (design counter 6)."""

    code: str
    text: str
    tone: Tone
    blocking: bool = False


class NoticeView(Protocol):
    """The banner; None hides it."""

    def show_notice(self, notice: Notice | None) -> None: ...


class Notices:
    """Shows at most one message at a time; a blocking one is never replaced by a mild one.

    What is only good to know goes by itself after some seconds, and at once when it is not true any
    more; what went wrong stays until it is seen or the next action succeeds.
    """

    def __init__(self, view: NoticeView, tones: Tones) -> None:
        self._view = view
        self._tones = tones
        self._now: Notice | None = None
        self._order = ""
        self._seconds: int | None = None
        self._desk = DeskState((), 0, None, 0)

    @property
    def blocking(self) -> bool:
        """Whether a message waits to be acknowledged."""
        return self._now is not None and self._now.blocking

    def error(self, code: str, /, **params: object) -> None:
        """Something was refused; the tone and the banner say so."""
        self._tones.play("error")
        self._show(Notice(code, say(code, **params), Tone.FAILED))

    def must_see(self, code: str, /, **params: object) -> None:
        """An error that stops scanning until it is acknowledged."""
        self._tones.play("error")
        self._show(Notice(code, say(code, **params), Tone.FAILED, blocking=True))

    def tell(self, code: str, /, **params: object) -> None:
        """Good to know; no tone."""
        self._show(Notice(code, say(code, **params), Tone.INFO))

    def tell_of(self, order_id: str, code: str, /, **params: object) -> None:
        """Good to know as long as it is true of this bill (``holds``)."""
        self._show(Notice(code, say(code, **params), Tone.INFO), order_id)

    def on_tick(self) -> None:
        """A second went by."""
        if self._seconds is None:
            return
        self._seconds -= 1
        if self._seconds <= 0:
            self.acknowledge()

    def on_paid(self, order_id: str) -> None:
        """This bill is paid: that it waits is not true any more."""
        if self._now is not None and self._order == order_id:
            self.acknowledge()

    def on_desk(self, state: DeskState) -> None:
        """The desk was read: what it contradicts goes."""
        before, self._desk = self._desk, state
        if self._now is not None and not holds(self._now.code, self._order, before, state):
            self.acknowledge()

    def refuse_scan(self) -> None:
        """A scan came while a message waits to be seen: the tone again, the message stays."""
        self._tones.play("error")

    def failed(self, error: Exception) -> None:
        """Turn an error from a lane into a sentence; an unforeseen one is logged with its trace."""
        if isinstance(error, RaseedError) and knows(error.code):
            self.error(error.code, **error.params)
            return
        _log.error("unforeseen error in a lane", exc_info=error)
        self.error("unexpected", code=getattr(error, "code", type(error).__name__))

    def acknowledge(self) -> bool:
        """Take the message away; False where there was none."""
        if self._now is None:
            return False
        self._now = self._seconds = None
        self._order = ""
        self._view.show_notice(None)
        return True

    def settle(self) -> None:
        """The next action succeeded: a mild message has had its time."""
        if self._now is not None and not self._now.blocking:
            self.acknowledge()

    def _show(self, notice: Notice, order_id: str = "") -> None:
        if self.blocking and not notice.blocking:
            return
        passing = notice.tone is Tone.INFO or notice.code in _PASSING
        self._seconds = _LONGER_S.get(notice.code, _USUAL_S) if passing else None
        self._now, self._order = notice, order_id
        self._view.show_notice(notice)
