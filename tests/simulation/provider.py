"""Exotel: takes messages, loses them, and reports back late, twice or never."""

from collections.abc import Callable
from functools import partial
from random import Random

from pos_desktop.domain.delivery import DeliverySeen, Message, MessageState
from pos_desktop.domain.errors import Unavailable
from pos_desktop.ports import Accepted, NotSent, Rejected, SendResult, Unknown
from tests.simulation.account import Thing
from tests.simulation.line import Caller
from tests.simulation.world import World


class Provider:
    """The account at Exotel: every message that really went out, as a plain dict."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._chance: Random = world.chance("exotel")
        self.sent: list[Thing] = []
        self.asked: list[Thing] = []
        self.on_sent: Callable[[Thing], None] = _nobody
        self.report: Callable[[Thing, str], None] = _no_report

    def state(self) -> Thing:
        """Everything, for the checker."""
        return {"sent": self.sent, "asked": self.asked}

    def take(self, message: Message) -> Thing:
        """It goes out now."""
        sent: Thing = {
            "sid": f"sid{len(self.sent) + 1}",
            "at": self._world.now,
            "order": message.order_id,
            "purpose": message.purpose.value,
            "attempt": message.attempt,
            "channel": message.channel,
            "label": message.label,
            "to": message.to,
            "url": message.url,
            "media": message.media_url,
            "state": "sent",
        }
        self.sent.append(sent)
        self._world.note("exotel", "sent", order=message.order_id, purpose=sent["purpose"])
        self.on_sent(sent)
        self._report_later(sent)
        return sent

    def _report_later(self, sent: Thing) -> None:
        faults = self._world.faults
        wait = self._chance.choice((2_000, 6_000, 20_000))
        for word in ("sent", "delivered", "read"):
            if faults.strike("callback_lost"):
                continue
            times = 2 if faults.strike("callback_doubled") else 1
            late = 5_000_000 if faults.strike("callback_delayed", 0.5) else 0
            for turn in range(times):
                moment = wait + late + turn * self._chance.choice((10, 4_000))
                self._world.after(moment, partial(self._tell, sent, word))
            wait += self._chance.choice((500, 5_000, 60_000))

    def _tell(self, sent: Thing, word: str) -> None:
        sent["state"] = word
        self.report(sent, word)


class SimMessenger:
    """``ports.Messenger`` of one counter."""

    def __init__(self, world: World, provider: Provider, caller: Caller) -> None:
        self._world = world
        self._provider = provider
        self._caller = caller
        self._chance = world.chance(f"exotel line {caller.number}")
        self.down = False

    def send(self, message: Message) -> SendResult:
        faults = self._world.faults
        asked = {
            "at": self._world.now,
            "from": self._caller.number,
            "order": message.order_id,
            "message": message.message_id,
            "purpose": message.purpose.value,
            "down": self.down,
        }
        self._provider.asked.append(asked)
        faults.kill("killed_before_acting")
        if self.down:
            return NotSent(1.0, "no connection")
        if faults.strike("message_not_sent"):
            return NotSent(self._chance.choice((1.0, 5.0, 30.0)), "429")
        if faults.strike("message_refused"):
            return Rejected(400, 20003, "refused", setup=self._chance.random() < 0.2)
        if faults.strike("message_lost_request"):
            self._caller.travels(20_000)
            return Unknown("no answer")
        sent = self._provider.take(message)
        faults.kill("killed_after_acting")
        if faults.strike("message_lost_answer"):
            self._caller.travels(20_000)
            return Unknown("no answer")
        return Accepted(sent["sid"])

    def poll(self, sid: str) -> DeliverySeen | None:
        if self.down:
            raise Unavailable("exotel_unreachable")
        for sent in self._provider.sent:
            if sent["sid"] == sid:
                return DeliverySeen(sid, None, MessageState(sent["state"]), None, None)
        return None

    def ping(self) -> None:
        if self.down:
            raise Unavailable("exotel_unreachable")


def _nobody(_: Thing) -> None:
    """Nobody looks."""


def _no_report(_: Thing, __: str) -> None:
    """There is no callback address."""
