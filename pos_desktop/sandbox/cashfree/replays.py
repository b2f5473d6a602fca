"""Idempotency keys of the practice Cashfree: the first answer is kept, also a 500 (2.1)."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from pos_desktop.sandbox.cashfree.refusals import error_body

Headers = list[tuple[bytes, bytes]]
Told = tuple[int, Headers, bytes]
_KEPT = 5_000
_NOT_LET_IN = (401, 429)


@dataclass(frozen=True, slots=True)
class _First:
    """What was asked with a key, and what was answered."""

    asked: bytes
    told: Told


class Replays:
    """The answers by merchant and key."""

    def __init__(self) -> None:
        self._first: dict[tuple[str, str], _First] = {}

    def again(self, request: "Keyed") -> Told | None:
        """The first answer to this key, 422 for another body; None for what has no key or a new
        one."""
        first = self._first.get(request.name)
        if first is None or not request.key:
            return None
        if first.asked != request.asked:
            text = "idempotency key was used with another request"
            answer = json.dumps(error_body(422, text, "request_invalid")).encode()
            return 422, [(b"content-type", b"application/json")], answer
        return first.told

    def keep(self, request: "Keyed", told: Told) -> None:
        """Remember the first answer to a key; a request that was not let in got none."""
        if request.key and told[0] not in _NOT_LET_IN:
            self._first[request.name] = _First(request.asked, told)
            if len(self._first) > _KEPT:
                del self._first[next(iter(self._first))]


@dataclass(frozen=True, slots=True)
class Keyed:
    """A POST as far as idempotency sees it; without ``key`` it is never repeated."""

    merchant: str
    key: str
    asked: bytes

    @property
    def name(self) -> tuple[str, str]:
        """Keys of two merchants are two keys."""
        return self.merchant, self.key

    @classmethod
    def of(cls, place: str, headers: Mapping[str, str], body: bytes) -> "Keyed":
        """``place``: method and path."""
        key = headers.get("x-idempotency-key", "") if place.startswith("POST ") else ""
        asked = hashlib.sha256(place.encode() + b"\0" + body).digest()
        return cls(headers.get("x-client-id", ""), key, asked)
