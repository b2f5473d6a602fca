"""Services that are off for the owner's reasons: one sentence, another main button, a new test."""

from dataclasses import dataclass
from typing import Protocol

from pos_desktop.domain.delivery import provider_of
from pos_desktop.gui.presenters.notices import Notices
from pos_desktop.gui.presenters.ports import Services
from pos_desktop.gui.texts import knows, say
from pos_desktop.services.fence import EMERGENCY, STRANGER
from pos_desktop.services.views import DeskState, Offered, ServiceOff


@dataclass(frozen=True, slots=True)
class OffState:
    """The strip under the top bar: what to do now, and whom the manager calls; without words there
    is no button."""

    now: str
    manager: str
    button: str
    testing: bool


@dataclass(frozen=True, slots=True)
class Main:
    """The main button: its words, and whether payment QR codes can be had now."""

    words: str
    qr: bool


class StandingView(Protocol):
    """The strip; None hides it."""

    def show_off(self, state: OffState | None) -> None: ...


class MainView(Protocol):
    """The page with the main button."""

    def show_main(self, main: Main) -> None: ...


class StandingPresenter:
    """``way`` tells what F9 means now: request, qr or cash."""

    def __init__(
        self, view: StandingView, page: MainView, services: Services, notices: Notices
    ) -> None:
        self._view = view
        self._page = page
        self._services = services
        self._notices = notices
        self._off: tuple[ServiceOff, ...] = ()
        self._trouble = ""
        self._offers = Offered(qr=services.options.gateway.qr_enabled)
        self._channel = services.options.channel
        self._testing = False
        self._main: Main | None = None
        self._shown: OffState | None = None

    @property
    def way(self) -> str:
        """``cash`` without a gateway, ``qr`` without messages, else ``request``."""
        names = {service.name for service in self._off}
        if "gateway" in names:
            return "cash"
        return "qr" if "messages" in names else "request"

    def on_desk(self, state: DeskState) -> None:
        """A service went off or on, the account turned out to have no QR codes, or the numbers of
        this counter are locked."""
        self._off, self._trouble = state.services_off, state.trouble
        self._offers = state.offers
        self._channel = state.channel or self._channel
        self.show()

    def on_test(self) -> None:
        """ "Test again": every service that is off is asked, one after the other."""
        names = tuple(service.name for service in self._off)
        if not names and self._offers.refused:
            names = ("gateway",)
        if not names:
            self._notices.tell("nothing_off")
            return
        if self._testing:
            return
        self._testing = True
        self.show()

        def work() -> bool:
            mended = [self._services.standing.test_again(name) for name in names]
            return all(mended)

        def done(mended: bool) -> None:
            self._testing = False
            self.show()
            if mended:
                self._notices.tell("on_again")
            else:
                self._notices.error("still_off")

        def failed(error: Exception) -> None:
            self._testing = False
            self.show()
            self._notices.failed(error)

        self._services.runner.run("net", work, done, failed)

    def show(self) -> None:
        """Paint strip and main button where they changed."""
        state = self._state()
        if state != self._shown:
            self._shown = state
            self._view.show_off(state)
        main = Main(self._words(), self._offers.qr and self._has_qr())
        if main != self._main:
            self._main = main
            self._page.show_main(main)

    def _has_qr(self) -> bool:
        return self.way != "cash"

    def _words(self) -> str:
        codes = {"cash": "cash", "qr": "qr_on_screen"}
        usual = f"request_{provider_of(self._channel)}"
        return say(codes.get(self.way, usual))

    def _state(self) -> OffState | None:
        if self._trouble:
            return self._troubled()
        if not self._off:
            return None
        worst = next((s for s in self._off if s.name == "gateway"), self._off[0])
        reason = f"off_{worst.name}_{worst.reason}"
        return OffState(
            now=say(f"off_{worst.name}"),
            manager=say(reason if knows(reason) else f"off_{worst.name}_other"),
            button=say("off_testing" if self._testing else "test_again"),
            testing=self._testing,
        )

    def _troubled(self) -> OffState:
        """Only a new enrolment helps; a test would change nothing."""
        code = f"trouble_{self._trouble}"
        if self._trouble == EMERGENCY:
            now = "trouble_emergency_now"
        else:
            now = "trouble_relay" if self._trouble in STRANGER else "trouble_numbers"
        manager = say(code if knows(code) else "trouble_other")
        return OffState(now=say(now), manager=manager, button="", testing=False)
