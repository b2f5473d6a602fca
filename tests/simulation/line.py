"""The line between one counter and the gateway: everything that may happen to a request."""

from collections.abc import Callable
from random import Random
from typing import Any, Protocol

from pos_desktop.ports import GatewayError, GatewayErrorKind
from tests.simulation.account import Account, Refused, Thing
from tests.simulation.world import World

_PATIENCE_MS = 20_000
_REFUSALS = {
    "duplicate": GatewayErrorKind.DUPLICATE,
    "not_found": GatewayErrorKind.NOT_FOUND,
    "state": GatewayErrorKind.STATE,
    "validation": GatewayErrorKind.VALIDATION,
    "feature_off": GatewayErrorKind.FEATURE_OFF,
}


class Caller(Protocol):
    """The computer from which a call comes."""

    number: int
    label: str
    listening: bool

    def travels(self, ms: int) -> None:
        """The answer of the running call takes so long."""
        ...

    def offset(self) -> int:
        """How far its clock is ahead of the server's, in ms."""
        ...


class Line:
    """Carries requests there and answers back, or fails to."""

    def __init__(self, world: World, account: Account, caller: Caller) -> None:
        self._world = world
        self._account = account
        self._caller = caller
        self._chance: Random = world.chance(f"line {caller.number}")
        self.down = False

    def call(self, what: str, subject: str, act: Callable[[], Thing], *, write: bool) -> Thing:
        """One request with everything that may happen to it on its way there and back."""
        faults, request = self._world.faults, self._noted(what, subject)
        faults.kill("killed_before_acting")
        self._refused(faults.strike)
        if faults.strike("gateway_lost_request"):
            raise self._timeout(write)
        if write and faults.strike("gateway_acted_late"):
            request["late"] = True
            self._world.note("gateway", "acted late", reference=subject)
            self._world.after(self._chance.choice((2_000, 9_000, 25_000)), _quietly(act))
            raise self._timeout(write)
        if faults.strike("gateway_error"):
            self._caller.travels(self._chance.choice((300, 12_000, 12_000)))
            raise _broken(write, "500")
        try:
            answer = act()
        except Refused as no:
            raise GatewayError(_REFUSALS[no.why], f"The gateway says {no.why}.") from no
        request["acted"] = True
        faults.kill("killed_after_acting")
        # A lost answer to a question is no news; it is what was done that makes the difference.
        weight = 1.0 if write else 0.25
        if faults.strike("gateway_lost_answer", weight):
            raise self._timeout(write)
        if faults.strike("gateway_error_after_acting", weight):
            raise _broken(write, "502")
        if faults.strike("gateway_garbage"):
            raise _broken(write, "<html>")
        if faults.strike("gateway_limited_after_acting", weight):
            # It lies: by its own word nothing was done, and whoever believes it may go on.
            self._world.note("gateway", "hid", reference=subject)
            raise self._limited()
        if faults.strike("gateway_slow"):
            self._caller.travels(self._chance.choice((4_000, 12_000, 19_000)))
        return answer

    def _noted(self, what: str, subject: str) -> Thing:
        request: Thing = {
            "at": self._world.now,
            "from": self._caller.number,
            "what": what,
            "subject": subject,
            "down": self.down,
            "acted": False,
            "late": False,
        }
        self._account.requests.append(request)
        self._world.history.append({**request, "who": "gateway", "what": f"asked {what}"})
        return request

    def _refused(self, strike: Callable[[str], bool]) -> None:
        """Everything that ends a request before it reaches anybody who could act."""
        if self.down or strike("gateway_refused_connection"):
            raise GatewayError(GatewayErrorKind.UNAVAILABLE, "No connection.")
        if strike("gateway_limited"):
            raise self._limited()
        if strike("gateway_bad_key"):
            raise GatewayError(GatewayErrorKind.AUTH, "Authentication failed.", http_status=401)

    def _limited(self) -> GatewayError:
        after = self._chance.choice((None, 1.0, 5.0, 30.0))
        return GatewayError(
            GatewayErrorKind.RATE_LIMITED, "Slow down.", http_status=429, retry_after=after
        )

    def _timeout(self, write: bool) -> GatewayError:
        self._caller.travels(_PATIENCE_MS)
        return GatewayError(GatewayErrorKind.TIMEOUT, "No answer.", outcome_unknown=write)

    def age(self) -> int:
        if self._world.faults.strike("gateway_stale"):
            return self._chance.choice((500, 2_000, 8_000))
        return 0

    def lag(self) -> int:
        """How old something must be to be found: a search knows less than a look does."""
        if self._world.faults.strike("gateway_stale"):
            return self._chance.choice((2_000, 8_000, 30_000, 30_000))
        return 0


def _broken(write: bool, text: str) -> GatewayError:
    """No answer in the gateway's form; after a write nobody knows what happened."""
    kind = GatewayErrorKind.UNKNOWN_OUTCOME if write else GatewayErrorKind.UNAVAILABLE
    return GatewayError(kind, text, outcome_unknown=write)


def _quietly(act: Callable[[], Any]) -> Callable[[], None]:
    def run() -> None:
        try:
            act()
        except Refused:
            # It came too late: nobody is there to be told.
            return

    return run
