"""The shop's one channel: which is in force, and how a manager changes it.

The database decides, because what is waiting is dropped in the same transaction. The settings file
follows; where the program was killed in between, the next start mends it.
"""

from collections.abc import Callable
from dataclasses import dataclass

from pos_desktop.domain.options import Channel
from pos_desktop.domain.people import Approval
from pos_desktop.domain.sale import Sale
from pos_desktop.ports import Clock, Store, UnitOfWork
from pos_desktop.services.approvals import given
from pos_desktop.services.outbox import Listener

CHANGED = "channel_changed"
"""Why a bill of a former channel sends nothing any more."""
_NOTE = "channel"
_FILE = "settings"
# The settings file says the same, or is still to be written.
_KEPT, _NEW = "kept", "new"


def in_force(uow: UnitOfWork) -> Channel | None:
    """The channel of new bills; None before the first start, when it is that of the settings."""
    name, _, _ = (uow.notes.get(_NOTE) or "").partition(" ")
    return Channel(name) if name else None


def former(uow: UnitOfWork, sale: Sale) -> bool:
    """Whether the bill was frozen under a channel that the shop does not use any more."""
    return in_force(uow) not in (None, sale.channel)


@dataclass(frozen=True, slots=True)
class Channels:
    """``usual`` is what the settings said at the start; ``keep`` writes the settings file: False
    where it cannot be written now."""

    store: Store
    clock: Clock
    listener: Listener
    usual: Channel
    keep: Callable[[Channel], bool]

    def begin(self) -> Channel:
        """Once at every start: the channel in force.

        A change that the file missed is written there; a file that was edited meanwhile is a change
        like a manager's: nothing of the former channel leaves.
        """
        with self.store.write() as uow:
            name, _, mark = (uow.notes.get(_NOTE) or "").partition(" ")
            chosen = Channel(name) if mark == _NEW else self.usual
            if name != chosen.value:
                if name:
                    _changed(uow, Channel(name), chosen, _FILE, self.clock.now())
                uow.notes.put(_NOTE, f"{chosen.value} {_KEPT}")
            uow.commit()
        if mark == _NEW:
            self._keep(chosen)
        return chosen

    def now(self) -> Channel:
        """The channel in force; any thread."""
        with self.store.read() as uow:
            return in_force(uow) or self.usual

    def change(self, channel: Channel, approval: Approval) -> int:
        """From now on new bills go by ``channel``; how many unsent messages of the former one were
        dropped. What is payable stays payable. Lane db.

        Raises DomainError ``approval_needed``.
        """
        now = self.clock.now()
        given(approval, now)
        with self.store.write() as uow:
            before = in_force(uow) or self.usual
            if before is channel:
                return 0
            dropped = _changed(uow, before, channel, approval.by, now)
            uow.notes.put(_NOTE, f"{channel.value} {_NEW}")
            uow.commit()
        self._keep(channel)
        self.listener.changed()
        return dropped

    def _keep(self, channel: Channel) -> None:
        """Write the file; the note says so only afterwards."""
        if not self.keep(channel):
            return
        with self.store.write() as uow:
            uow.notes.put(_NOTE, f"{channel.value} {_KEPT}")
            uow.commit()


def _changed(uow: UnitOfWork, before: Channel, after: Channel, by: str, now: int) -> int:
    """Drop what has not gone: a message that is on its way at this moment tells its fate itself."""
    unsent = uow.messages.unsent()
    for message in unsent:
        uow.messages.save(message.dropped(CHANGED), now, by)
    body = {"from": before.value, "to": after.value, "dropped": len(unsent)}
    uow.ledger.append("channel.changed", by, now, body)
    return len(unsent)
