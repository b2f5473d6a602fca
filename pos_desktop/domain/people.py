"""People of the shop and their PINs: roles, lock-out, weak PINs (design payments 6); pure."""

from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise

_FREE_TRIES = 5
_FIRST_LOCK_MS = 60_000
_LONGEST_LOCK_MS = 30 * 60_000
_SHORTEST = 6
_LONGEST = 12


class Role(StrEnum):
    """What somebody may decide."""

    CASHIER = "cashier"
    MANAGER = "manager"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a PIN. ``pin_hash`` is Argon2 over a peppered PIN; ``failures`` counts wrong
    PINs since the last right one and outlives a restart."""

    person_id: str
    name: str
    role: Role
    pin_hash: str
    created_at: int
    failures: int = 0
    locked_until: int | None = None


@dataclass(frozen=True, slots=True)
class Approval:
    """That a manager's PIN was given for one decision, now. ``by`` is her name."""

    by: str
    at: int
    what: str


def after_failure(person: Person, now: int) -> Person:
    """One more wrong PIN: from the fifth on locked for 1 minute, doubling to 30."""
    failures = person.failures + 1
    if failures < _FREE_TRIES:
        return replace(person, failures=failures)
    wait = min(_FIRST_LOCK_MS << min(failures - _FREE_TRIES, 10), _LONGEST_LOCK_MS)
    return replace(person, failures=failures, locked_until=now + wait)


def after_success(person: Person) -> Person:
    """The right PIN: nothing is held against her any more."""
    return replace(person, failures=0, locked_until=None)


def tries_left(person: Person) -> int:
    """How many more wrong PINs it takes until she is locked out."""
    return max(0, _FREE_TRIES - person.failures)


def locked_for(person: Person, now: int) -> int:
    """Milliseconds until a PIN is looked at again; 0 when it is now.

    A lock that ends further ahead than any lock lasts was set by a clock that has been put back.
    """
    if person.locked_until is None:
        return 0
    return max(0, min(person.locked_until - now, _LONGEST_LOCK_MS))


def pin_weakness(pin: str) -> str | None:
    """Why a manager's PIN will not do: ``pin_not_digits``, ``pin_too_short`` (6), ``pin_too_long``
    (12), ``pin_too_simple`` (one digit, a run, a repeated pair or half, a year twice)."""
    if not (pin.isascii() and pin.isdigit()):
        return "pin_not_digits"
    if len(pin) < _SHORTEST:
        return "pin_too_short"
    if len(pin) > _LONGEST:
        return "pin_too_long"
    return "pin_too_simple" if _simple(pin) else None


def _simple(pin: str) -> bool:
    steps = {(int(b) - int(a)) % 10 for a, b in pairwise(pin)}
    repeated = any(
        len(pin) % size == 0 and pin == pin[:size] * (len(pin) // size)
        for size in range(1, len(pin) // 2 + 1)
    )
    return len(steps) == 1 or repeated
