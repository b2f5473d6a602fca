"""Reader of server-sent events.

Our own, because the libraries for it bring their own HTTP client, and ``net/http.py`` is the only
one here. Follows the WHATWG rules for lines that :meth:`HttpClient.stream_lines` has split.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_BIGGEST_EVENT = 65_536


@dataclass(frozen=True, slots=True)
class StreamEvent:
    """One dispatched event; ``event_id`` is the last id seen, "" before any."""

    name: str
    text: str
    event_id: str


class StreamTooLarge(ValueError):
    """An event that no honest relay sends."""


def read_events(lines: Iterable[str]) -> Iterator[StreamEvent | None]:
    """The events of a stream; None for every comment line, which shows that it is alive.

    Raises StreamTooLarge when one event exceeds 64 KiB.
    """
    name, parts, last_id, size = "", list[str](), "", 0
    first = True
    for raw in lines:
        line = raw.removeprefix("\ufeff") if first else raw
        first = False
        if line == "":
            if parts:
                yield StreamEvent(name or "message", "\n".join(parts), last_id)
            name, parts, size = "", [], 0
            continue
        field, colon, value = line.partition(":")
        if field == "" and colon:
            yield None
            continue
        value = value.removeprefix(" ")
        size += len(line)
        if size > _BIGGEST_EVENT:
            raise StreamTooLarge("an event of the stream is too large")
        if field == "data":
            parts.append(value)
        elif field == "event":
            name = value
        elif field == "id" and "\x00" not in value:
            last_id = value
