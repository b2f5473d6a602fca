"""The top bar: who sells where, the five lamps, what is still to be sent, the time."""

from dataclasses import dataclass, replace
from typing import Protocol

from pos_desktop.gui.presenters.ports import Services
from pos_desktop.gui.presenters.wording import LAMPS, age, clock, left
from pos_desktop.gui.texts import say
from pos_desktop.services.views import DeskState, Lamp, LampState

# What is younger is on its way as always: no reason to turn the lamp.
_USUAL_MS = 10_000
_TONES = {
    LampState.OK: "paid",
    LampState.SLOW: "pending",
    LampState.DOWN: "failed",
    LampState.CHECKING: "parked",
}


@dataclass(frozen=True, slots=True)
class LampView:
    """One lamp: icon by ``tone``, words, what a screen reader says, and the words of a narrow
    window, where icon and colour tell the rest."""

    name: str
    text: str
    tone: str
    spoken: str
    short: str


@dataclass(frozen=True, slots=True)
class StatusState:
    """The whole bar; ``outage`` is "" unless UTRs are taken without a PIN now. ``place`` and
    ``outage_short`` are shop and outage where there is little room."""

    shop: str
    lamps: tuple[LampView, ...]
    time: str
    practice: bool
    place: str
    outage: str = ""
    outage_short: str = ""


class StatusView(Protocol):
    """The top bar."""

    def show_status(self, state: StatusState) -> None: ...


class StatusPresenter:
    """Shows lamps as they are reported; before the first report they are being checked."""

    def __init__(self, view: StatusView, services: Services) -> None:
        self._view = view
        self._services = services
        self._lamps = {name: Lamp(name, LampState.CHECKING) for name in LAMPS}
        self._unsent = 0
        self._oldest: int | None = None
        self._outage_until: int | None = None
        self._off: frozenset[str] = frozenset()
        self._shown: StatusState | None = None

    def on_lamps(self, lamps: tuple[Lamp, ...]) -> None:
        """Some lamps changed; the others stay."""
        self._lamps.update({lamp.name: lamp for lamp in lamps if lamp.name in LAMPS})
        self.show()

    def on_desk(self, state: DeskState) -> None:
        """How much is not sent yet and since when; what is switched off; whether an outage window
        is open."""
        self._unsent, self._oldest = state.unsent, state.oldest_unsent_at
        self._off = frozenset(service.name for service in state.services_off)
        self._outage_until = state.outage_until
        self.show()

    def on_tick(self) -> None:
        """A second went by."""
        self.show()

    def show(self) -> None:
        """Paint what changed."""
        options, now = self._services.options, self._services.clock.now()
        place = {"counter": options.counter.label, "cashier": options.counter.cashier}
        state = StatusState(
            shop=say("shop_line", shop=options.shop.name, **place),
            lamps=tuple(self._lamp(self._lamps[name], now) for name in LAMPS),
            time=clock(now),
            practice=options.practice,
            place=say("place_line", **place),
        )
        until = self._outage_until
        if until is not None and until > now:
            outage = say("outage_sign", left=left(now, until))
            short = say("outage_sign_short", left=age(until, now))
            state = replace(state, outage=outage, outage_short=short)
        if state != self._shown:
            self._shown = state
            self._view.show_status(state)

    def _lamp(self, lamp: Lamp, now: int) -> LampView:
        name = say(f"lamp_{lamp.name}")
        text, tone = say(f"lamp_{lamp.state.value}", name=name), _TONES[lamp.state]
        if lamp.name in self._off:
            # It may well answer; it does not work for this shop (design payments 5).
            text, tone = say("lamp_off", name=name), _TONES[LampState.DOWN]
        short = name
        if lamp.name == "relay":
            text, tone = self._sending(lamp, text, tone, now)
            short = say("unsent_short", n=self._unsent) if self._unsent else name
        return LampView(lamp.name, text, tone, say("lamp_name", name=name, state=text), short)

    def _sending(self, lamp: Lamp, text: str, tone: str, now: int) -> tuple[str, str]:
        """The relay's lamp counts what still has to leave this counter (counter 1)."""
        if self._unsent:
            since = self._oldest if self._oldest is not None else now
            down = lamp.state is LampState.DOWN
            if lamp.state is LampState.OK and now - since < _USUAL_MS:
                return say("sending", n=self._unsent), tone
            old = age(now, since)
            words = say("unsent_down" if down else "unsent", n=self._unsent, age=old)
            return words, tone if down else "pending"
        if lamp.state is LampState.OK:
            return say("all_sent"), tone
        return text, tone
