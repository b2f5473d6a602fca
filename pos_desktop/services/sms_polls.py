"""Asking Exotel for the fate of an SMS, so that the relay is optional for SMS (exotel 9.7)."""

from dataclasses import dataclass, field

from pos_desktop.domain.delivery import DeliverySeen, Message
from pos_desktop.ports import Clock, Lanes, Messenger, Store
from pos_desktop.services.lanes import record
from pos_desktop.services.messages import delivered, next_poll
from pos_desktop.services.outbox import Listener


@dataclass
class SmsPolls:
    """``step`` and its callbacks run in the db lane, the question in ``net``."""

    store: Store
    lanes: Lanes
    clock: Clock
    messenger: Messenger
    listener: Listener
    _asking: set[str] = field(default_factory=set)

    def step(self, now: int) -> None:
        """Ask about one SMS whose time has come."""
        with self.store.read() as uow:
            due = uow.messages.to_poll(now, 2)
        for message in due:
            if message.message_id not in self._asking and message.sid is not None:
                self._ask(message, message.sid)

    def _ask(self, message: Message, sid: str) -> None:
        self._asking.add(message.message_id)

        def done(outcome: DeliverySeen | Exception | None) -> None:
            record(self.lanes, lambda: self._record(message.message_id, outcome))

        self.lanes.submit("net", lambda: self.messenger.poll(sid), done, done)

    def _record(self, message_id: str, outcome: DeliverySeen | Exception | None) -> None:
        self._asking.discard(message_id)
        now = self.clock.now()
        with self.store.write() as uow:
            if isinstance(outcome, DeliverySeen):
                delivered(uow, outcome, now)
            message = uow.messages.get(message_id)
            if message is not None:
                uow.messages.save(next_poll(message, now))
            uow.commit()
        self.listener.changed()
