"""The status lamps: each watches its real dependency by a short question of its own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock

from pos_desktop.domain.errors import RaseedError
from pos_desktop.ports import Clock, Lanes
from pos_desktop.services.views import Lamp, LampState

# A cut must show within 10 s: ask every 3 s, and a question itself ends after a few seconds.
INTERVAL_MS = 3000
NAMES = ("internet", "gateway", "messages", "relay", "printer")
_REMOTE = ("gateway", "messages", "relay")
# How the codes of refusals end: somebody answered.
_ANSWERS = ("_auth", "_setup", "_rate_limited", "_validation", "_revoked")


@dataclass
class Health:
    """Asks in the ``probe`` lane; ``on_change`` gets all five lamps, called in that lane."""

    lanes: Lanes
    probes: Mapping[str, Callable[[], None]]
    on_change: Callable[[tuple[Lamp, ...]], None]
    _lamps: dict[str, Lamp] = field(
        default_factory=lambda: {name: Lamp(name, LampState.CHECKING) for name in NAMES}
    )
    _asking: set[str] = field(default_factory=set)
    _telling: Lock = field(default_factory=Lock)
    _due: int = 0

    def lamps(self) -> tuple[Lamp, ...]:
        """The five lamps in the order of the screen."""
        return tuple(self._lamps[name] for name in NAMES)

    def step(self, now: int) -> int:
        """Ask every dependency that is not being asked; when to come again."""
        # A moment far ahead is one of a clock that has been put back since.
        if not now < self._due <= now + INTERVAL_MS:
            self._due = now + INTERVAL_MS
            for name, probe in self.probes.items():
                if name not in self._asking:
                    self._ask(name, probe)
        return self._due

    def _ask(self, name: str, probe: Callable[[], None]) -> None:
        self._asking.add(name)
        self.lanes.submit(
            "probe",
            probe,
            lambda _: self._answered(Lamp(name, LampState.OK)),
            lambda error: self._answered(Lamp(name, LampState.DOWN, _word(error))),
        )

    def _answered(self, lamp: Lamp) -> None:
        # Answers come in several threads; told one after the other, the last word is the newest.
        with self._telling:
            self._asking.discard(lamp.name)
            before = self.lamps()
            self._lamps[lamp.name] = lamp
            self._lamps["internet"] = self._internet()
            if self.lamps() != before:
                self.on_change(self.lamps())

    def _internet(self) -> Lamp:
        """There is a way out as long as any of the three services answers."""
        states = [self._lamps[name].state for name in _REMOTE if name in self.probes]
        if LampState.OK in states:
            return Lamp("internet", LampState.OK)
        if LampState.CHECKING in states or not states:
            return Lamp("internet", LampState.CHECKING)
        refused = [self._lamps[n].detail for n in _REMOTE if n in self.probes]
        if any(detail.endswith(_ANSWERS) for detail in refused):
            # A refusal is an answer: the line is up, the account is not.
            return Lamp("internet", LampState.OK)
        return Lamp("internet", LampState.DOWN, "unreachable")


def _word(error: Exception) -> str:
    return error.code if isinstance(error, RaseedError) else "unexpected"


# The accounts at gateway and Exotel are shared by all counters of the shop and limited in requests
# a minute (gateways 2.1, exotel 1): whether the line stands is asked often, the account seldom.
_ACCOUNT_MS = 60_000
_TROUBLE_MS = 9_000


def _never(now: int) -> bool:
    return False


@dataclass
class GentleProbe:
    """A probe that opens a connection each time and asks the account once a minute.

    After a refusal the account is asked every nine seconds, until it answers again. Where somebody
    else has had an answer ``lately`` (given the moment), nobody needs to ask.
    """

    clock: Clock
    reach: Callable[[], None]
    ask: Callable[[], None]
    lately: Callable[[int], bool] = _never
    _asked_at: int | None = None
    _refusal: Exception | None = None

    def __call__(self) -> None:
        """Raises what ``reach`` or the last ``ask`` raised."""
        now = self.clock.now()
        self.reach()
        if self.lately(now):
            self._asked_at, self._refusal = now, None
            return
        wait = _ACCOUNT_MS if self._refusal is None else _TROUBLE_MS
        if self._asked_at is None or not 0 <= now - self._asked_at < wait:
            self._asked_at = now
            self._refusal = None
            try:
                self.ask()
            except Exception as error:
                # An account that has enough of questions is there, and has enough of questions.
                self._refusal = None if _word(error).endswith("_rate_limited") else error
        if self._refusal is not None:
            raise self._refusal
