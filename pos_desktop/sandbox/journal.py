"""What came in and what went out, so that tests can assert *exactly one* send."""

import json
import time
from collections import deque
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import parse_qsl

from pos_desktop.sandbox.shapes import Json

_KEPT = 20_000


@dataclass(slots=True)
class Entry:
    """One request (``server`` razorpay or exotel) or delivery (webhooks or callbacks).

    ``status`` is what was answered, None while (or when) nothing was. ``at`` is UTC milliseconds,
    ``path`` has no mount prefix (a delivery: the whole URL). ``json``/``form``: the parsed body.
    """

    n: int
    at: int
    server: str
    method: str
    path: str
    query: str
    size: int
    json: Any = None
    form: dict[str, str] | None = None
    status: int | None = None
    fault: str | None = None
    note: str = ""


class Journal:
    """The last entries of one practice run, numbered from 1."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=_KEPT)
        self._last = 0

    def open(self, server: str, method: str, target: tuple[str, str], body: bytes) -> Entry:
        """Write down a request before it is answered; ``target`` is (path, query)."""
        self._last += 1
        entry = Entry(
            n=self._last,
            at=time.time_ns() // 1_000_000,
            server=server,
            method=method,
            path=target[0],
            query=target[1],
            size=len(body),
        )
        _read_body(entry, body)
        self._entries.append(entry)
        return entry

    def since(self, number: int, server: str = "") -> list[Json]:
        """Entries after ``number``, oldest first; of one server when it is named."""
        return [
            asdict(entry)
            for entry in self._entries
            if entry.n > number and (not server or entry.server == server)
        ]


def _read_body(entry: Entry, body: bytes) -> None:
    if not body:
        return
    try:
        entry.json = json.loads(body)
    except ValueError:
        pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
        entry.form = dict(pairs) or None
