"""People with a PIN: set-up, one decision at a time, the lock-out, the outage window.

Every method runs in the db lane. A PIN is checked inside one transaction: two tries at once are
looked at one after the other, and a wrong one is on the disk before anybody hears that it was.
"""

from collections.abc import Sequence
from dataclasses import replace

from pos_desktop.domain.errors import DomainError
from pos_desktop.domain.people import (
    Approval,
    Person,
    Role,
    after_failure,
    after_success,
    locked_for,
    pin_weakness,
    tries_left,
)
from pos_desktop.ports import Clock, Ids, PinHasher, Store, UnitOfWork
from pos_desktop.services.approvals import given

OUTAGE_MS = 60 * 60 * 1000
"""How long RRNs are taken without a PIN for each, once a manager has said so (payments 5)."""

_OUTAGE = "outage.window"
_LONGEST_NAME = 40
_MACHINE = "machine"


class People:
    """The manager's PIN; one instance per counter."""

    def __init__(self, store: Store, clock: Clock, ids: Ids, hasher: PinHasher) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self._hasher = hasher

    def has_manager(self) -> bool:
        """Whether there is anybody whose PIN can be asked for."""
        with self._store.read() as uow:
            return bool(_managers(uow.people.all()))

    def set_up(self, name: str, pin: str) -> None:
        """The first manager of this counter.

        Raises DomainError: ``manager_exists`` (use ``change_pin``), ``name_empty``,
        ``name_too_long`` or a code of ``pin_weakness``; Unavailable where PINs cannot be kept.
        """
        name = " ".join(name.split())
        # Figures alone are a PIN that was typed in the wrong place.
        if not any(sign.isalpha() for sign in name):
            raise DomainError("name_empty")
        if len(name) > _LONGEST_NAME:
            raise DomainError("name_too_long", longest=_LONGEST_NAME)
        _refuse_weak(pin)
        now = self._clock.now()
        with self._store.write() as uow:
            if _managers(uow.people.all()):
                raise DomainError("manager_exists")
            # Only here: a first hash makes a pepper, which would spoil those that there are.
            pin_hash = self._hasher.hash(pin)
            person = Person(self._ids.order_id(now), name, Role.MANAGER, pin_hash, now)
            uow.people.add(person)
            body = {"person_id": person.person_id, "name": name, "role": person.role.value}
            uow.ledger.append("person.added", name, now, body)
            uow.commit()

    def change_pin(self, old: str, new: str) -> str:
        """Another PIN for the manager whose old one this is; her name.

        Raises what ``approve`` raises, and DomainError of ``pin_weakness`` (nothing was counted).
        """
        _refuse_weak(new)
        now = self._clock.now()
        with self._store.write() as uow:
            found = self._check(uow, old, "change_pin", now)
            if isinstance(found, Person):
                uow.people.save(replace(found, pin_hash=self._hasher.hash(new)))
                body = {"person_id": found.person_id}
                uow.ledger.append("pin.changed", found.name, now, body)
            uow.commit()
        return _manager(found).name

    def approve(self, pin: str, what: str) -> Approval:
        """A manager's yes to ``what`` (a code), given by her PIN now.

        Raises DomainError: ``no_manager``, ``pin_wrong`` (``tries_left``), ``pin_locked``
        (``seconds``); Unavailable where a PIN cannot be checked (nothing is counted then).
        """
        now = self._clock.now()
        with self._store.write() as uow:
            found = self._check(uow, pin, what, now)
            uow.commit()
        return Approval(_manager(found).name, now, what)

    def open_outage(self, approval: Approval) -> int:
        """Open (or renew) the window in which RRNs need no PIN each; when it ends (UTC ms).

        Raises DomainError ``approval_needed`` for an approval that was not given just now.
        """
        now = self._clock.now()
        given(approval, now)
        until = now + OUTAGE_MS
        with self._store.write() as uow:
            uow.notes.put(_OUTAGE, f"{now} {until}")
            body = {"until": until, "approved_by": approval.by}
            uow.ledger.append("outage.opened", approval.by, now, body)
            uow.commit()
        return until

    def outage_until(self) -> int | None:
        """When the open window ends; None where none is open."""
        with self._store.read() as uow:
            return outage_until(uow, self._clock.now())

    def _check(self, uow: UnitOfWork, pin: str, what: str, now: int) -> Person | DomainError:
        """Look at a PIN and write down what came of it; the caller commits, then tells."""
        managers = _managers(uow.people.all())
        if not managers:
            return DomainError("no_manager")
        free = [person for person in managers if locked_for(person, now) == 0]
        if not free:
            _shorten(uow, managers, now)
            return _locked(managers, now)
        for person in free:
            if self._hasher.matches(person.pin_hash, pin):
                # Whoever types says no name, so each wrong PIN was held against all of them.
                for known in managers:
                    uow.people.save(after_success(known))
                uow.ledger.append("pin.approved", person.name, now, {"what": what})
                return after_success(person)
        return _refused(uow, managers, what, now)


def outage_until(uow: UnitOfWork, now: int) -> int | None:
    """When the outage window that is open at ``now`` ends, else None; part of any transaction.

    One that was opened later than now was opened by a clock that has been put back: it is over.
    """
    opened, _, until = (uow.notes.get(_OUTAGE) or "").partition(" ")
    if not until or not int(opened) <= now < int(until):
        return None
    return int(until)


def _managers(people: Sequence[Person]) -> list[Person]:
    return [person for person in people if person.role is Role.MANAGER]


def _manager(found: Person | DomainError) -> Person:
    if isinstance(found, DomainError):
        raise found
    return found


def _refuse_weak(pin: str) -> None:
    why = pin_weakness(pin)
    if why is not None:
        raise DomainError(why)


def _refused(uow: UnitOfWork, managers: Sequence[Person], what: str, now: int) -> DomainError:
    """Count a wrong PIN against everybody who is not locked already."""
    counted = [p if locked_for(p, now) else after_failure(p, now) for p in managers]
    for person in counted:
        uow.people.save(person)
    failures = max(person.failures for person in counted)
    uow.ledger.append("pin.failed", _MACHINE, now, {"what": what, "failures": failures})
    if not all(locked_for(person, now) for person in counted):
        return DomainError("pin_wrong", tries_left=max(map(tries_left, counted)))
    refusal = _locked(counted, now)
    body = {"what": what, "seconds": refusal.params["seconds"]}
    uow.ledger.append("pin.locked", _MACHINE, now, body)
    return refusal


def _locked(managers: Sequence[Person], now: int) -> DomainError:
    wait = min(locked_for(person, now) for person in managers)
    return DomainError("pin_locked", seconds=(wait + 999) // 1000)


def _shorten(uow: UnitOfWork, managers: Sequence[Person], now: int) -> None:
    """A clock that was put back must not lock for longer than any lock lasts, counted from now."""
    for person in managers:
        until = now + locked_for(person, now)
        if person.locked_until is not None and person.locked_until > until:
            uow.people.save(replace(person, locked_until=until))
