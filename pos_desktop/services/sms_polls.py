"""Asking Exotel for the fate of an SMS, so that the relay is optional for SMS (exotel 9.7)."""

from dataclasses import dataclass, field

from pos_desktop.domain.delivery import DeliverySeen, Message
from pos_desktop.domain.errors import RaseedError
from pos_desktop.ports import Clock, Lanes, Messenger, Store
from pos_desktop.services.lanes import record
from pos_desktop.services.messages import delivered, next_poll
from pos_desktop.services.outbox import Listener
from pos_desktop.services.standing import Standing

_REST_MS = 15_000


@dataclass
class SmsPolls:
    """``step`` and its callbacks run in the db lane, the question in ``net``."""

    store: Store
    lanes: Lanes
    clock: Clock
    messenger: Messenger
    standing: Standing
    listener: Listener
    _asking: set[str] = field(default_factory=set)
    _not_before: int = 0

    def step(self, now: int) -> None:
        """Ask about two SMS whose time has come."""
        if now < self._not_before <= now + _REST_MS:
            return
        with self.store.read() as uow:
            due = uow.messages.to_poll(now, 2)
        for message in due:
            if message.message_id not in self._asking:
                self._ask(message)

    def _ask(self, message: Message) -> None:
        self._asking.add(message.message_id)
        sid = message.sid

        def work() -> DeliverySeen | None:
            # A callback may have healed a message whose id at the provider never came back.
            return self.messenger.poll(sid) if sid is not None else None

        def done(outcome: DeliverySeen | Exception | None) -> None:
            record(self.lanes, lambda: self._record(message, outcome))

        self.lanes.submit("net", work, done, done)

    def _record(self, asked: Message, outcome: DeliverySeen | Exception | None) -> None:
        self._asking.discard(asked.message_id)
        now = self.clock.now()
        # Where it cannot be written down, the same question is not asked at every turn.
        self._not_before = now + _REST_MS
        with self.store.write() as uow:
            if isinstance(outcome, DeliverySeen):
                before = uow.messages.match(outcome.sid, outcome.label)
                self.standing.reported(uow, before, delivered(uow, outcome, now, "poll"), now)
            message = uow.messages.get(asked.message_id) or asked
            uow.messages.save(next_poll(message, now), now, "poll")
            uow.commit()
        self._not_before = 0
        self.listener.changed()
        if isinstance(outcome, Exception) and not isinstance(outcome, RaseedError):
            raise outcome
