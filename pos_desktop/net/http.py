"""HTTP for every adapter: limits on time and size, and the truth about what was written.

The one home of ``requests``. A call ends in one of three ways: an :class:`HttpAnswer`,
:class:`NotWritten` (nothing of the request left this machine, so it may be repeated) or
:class:`OutcomeUnknown` (it may have acted). Nothing is repeated here but a GET whose kept
connection had gone away.
"""

import base64
import json as jsonlib
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Any
from urllib.parse import urlencode

import requests
import urllib3.exceptions as u3
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict

from pos_desktop import __version__
from pos_desktop.domain.errors import Unavailable
from pos_desktop.net.meter import Meter
from pos_desktop.net.progress import POOLS, CallProgress, track
from pos_desktop.net.urls import base_address, is_loopback, split_url

log = logging.getLogger(__name__)

_CHUNK = 65_536
# What a server may believe; a clock far off is ours to notice, not to follow.
_FIRST_YEAR, _LAST_YEAR = 2024, 2099
_LOST = (requests.RequestException, u3.HTTPError, OSError)


class NotWritten(Unavailable):
    """No byte of the request was sent: name, connection or TLS failed. Safe to repeat."""


class OutcomeUnknown(Unavailable):
    """The request was (or may have been) written and no usable answer came."""


class GarbledAnswer(OutcomeUnknown):
    """An answer came but it is too large, cut off, encoded or not JSON."""

    def __init__(self, text: str, status: int | None = None) -> None:
        super().__init__("net_garbled", text)
        self.status = status


class StreamRefused(Unavailable):
    """A stream was answered with something else than 200."""

    def __init__(self, status: int, body: bytes) -> None:
        super().__init__("net_refused", f"The stream was refused with status {status}.")
        self.status = status
        self.body = body


@dataclass(frozen=True, slots=True)
class Limits:
    """``total`` seconds for one call, ``max_bytes`` for one answer, ``max_line`` of a stream."""

    total: float = 30.0
    max_bytes: int = 262_144
    max_line: int = 65_536


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """What came back. ``headers`` ignore case; ``body`` is at most ``Limits.max_bytes``."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def ok(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status < 300

    @property
    def retry_after(self) -> float | None:
        """Seconds of ``Retry-After`` (or Cashfree's header), at most 300; None where unreadable."""
        text = self.headers.get("Retry-After") or self.headers.get("x-ratelimit-retry") or ""
        return float(min(int(text), 300)) if text.isascii() and text.isdigit() else None

    def json(self) -> object:
        """The body as plain values; decimals stay exact. Raises GarbledAnswer."""
        try:
            value: object = jsonlib.loads(
                self.body, parse_float=Decimal, parse_constant=_refuse_constant
            )
        except (ValueError, RecursionError, ArithmeticError) as error:
            raise GarbledAnswer("The answer is not JSON.", self.status) from error
        return value


def _refuse_constant(word: str) -> object:
    raise ValueError(word)


def basic(user: str, password: str) -> str:
    """The value of an ``Authorization: Basic`` header."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode("ascii")


def wall_clock() -> int:
    """UTC milliseconds of this machine."""
    return time.time_ns() // 1_000_000


class HttpClient:
    """Calls to one server. One per adapter, shared by threads (a session for each).

    ``base_url`` must be https, or http on this machine (else InputError). ``auth`` is a user and
    password for Basic; ``timeouts`` are (connect, read) in seconds. ``headers`` go with each
    call; those of a function are asked for anew each time.
    ``meter`` counts the requests; several clients may share one.
    """

    def __init__(
        self,
        base_url: str,
        auth: tuple[str, str] | None = None,
        timeouts: tuple[float, float] = (5.0, 20.0),
        *,
        headers: Mapping[str, str] | Callable[[], Mapping[str, str]] | None = None,
        limits: Limits | None = None,
        now: Callable[[], int] = wall_clock,
    ) -> None:
        self.base_url = base_address(base_url)
        self.is_loopback = is_loopback(base_url)
        parts = split_url(base_url)
        self._address = (
            parts.hostname or "",
            parts.port or (443 if parts.scheme == "https" else 80),
        )
        self._timeouts = timeouts
        self._limits = limits or Limits()
        self._now = now
        self.meter = Meter()
        self._headers = {
            "User-Agent": f"Raseed/{__version__}",
            "Accept": "application/json",
            # Answers are read as they come: a compressed bomb cannot grow in our memory.
            "Accept-Encoding": "identity",
        }
        self._live = headers if callable(headers) else partial(dict[str, str], headers or {})
        if auth is not None:
            self._headers["Authorization"] = basic(*auth)
        self._local = threading.local()
        self._sessions: list[requests.Session] = []
        self._skew: int | None = None

    @property
    def skew_known(self) -> bool:
        """Whether the server has told its time yet."""
        return self._skew is not None

    @property
    def clock_skew_ms(self) -> int:
        """Server's clock minus ours, from the last ``Date`` header; 0 until one was seen."""
        return self._skew or 0

    def reach(self) -> None:
        """Open a connection to the server and drop it: the line stands, nothing is asked.

        Raises NotWritten where it does not.
        """
        try:
            with socket.create_connection(self._address, self._timeouts[0]):
                return
        except OSError as error:
            raise NotWritten("net_connect", "The server cannot be reached.") from error

    def close(self) -> None:
        """Close the kept connections of every thread."""
        for session in self._sessions:
            session.close()

    def request(
        self,
        method: str,
        path: str,
        *,
        json: object = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: tuple[float, float] | None = None,
    ) -> HttpAnswer:
        """One call. Raises NotWritten, OutcomeUnknown or GarbledAnswer; a status never raises.

        ``json``: plain values, or bytes that are JSON already (exact decimals).
        """
        call = _Call(method, self.base_url + path, *self._body(json, form, headers))
        limits = timeout or self._timeouts
        try:
            return self._once(call, limits)
        except OutcomeUnknown as error:
            # A kept connection may have been closed by the server meanwhile: a read is repeatable.
            if method == "GET" and error.code == "net_lost":
                return self._once(call, limits)
            raise

    def stream_lines(
        self, path: str, headers: Mapping[str, str] | None = None, read_timeout: float = 45.0
    ) -> Iterator[str]:
        """The lines of an event stream as they come, without their ends; closes with the iterator.

        Raises StreamRefused on any status but 200, NotWritten, and OutcomeUnknown when nothing
        came for ``read_timeout`` seconds or the connection broke. Ends when the server ends it.
        """
        merged = {**(headers or {}), "Accept": "text/event-stream", "Cache-Control": "no-cache"}
        call = _Call("GET", self.base_url + path, None, merged)
        with track() as progress:
            try:
                reply = self._send(call, (self._timeouts[0], read_timeout))
            except _LOST as error:
                raise _translate(error, progress) from error
        with closing(reply):
            if reply.status_code != 200:
                raise StreamRefused(reply.status_code, self._read_all(reply))
            yield from self._lines(reply)

    def _lines(self, reply: requests.Response) -> Iterator[str]:
        buffer = bytearray()
        while True:
            try:
                piece = reply.raw.read1(_CHUNK, decode_content=False)
            except _LOST as error:
                raise OutcomeUnknown("net_lost", "The stream broke off.") from error
            if not piece:
                return
            buffer += piece
            *lines, rest = buffer.split(b"\n")
            buffer = bytearray(rest)
            if len(buffer) > self._limits.max_line:
                raise GarbledAnswer("A line of the stream is too long.", 200)
            for line in lines:
                yield line.removesuffix(b"\r").decode("utf-8", "replace")

    def _body(
        self,
        json: object,
        form: Mapping[str, str] | None,
        headers: Mapping[str, str] | None,
    ) -> tuple[bytes | None, dict[str, str]]:
        merged = dict(headers or {})
        if form is not None:
            merged["Content-Type"] = "application/x-www-form-urlencoded; charset=utf-8"
            return urlencode(form).encode("ascii"), merged
        if json is not None:
            merged["Content-Type"] = "application/json"
            if isinstance(json, bytes):
                return json, merged
            text = jsonlib.dumps(json, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
            return text.encode("utf-8"), merged
        return None, merged

    def _once(self, call: "_Call", timeouts: tuple[float, float]) -> HttpAnswer:
        self.meter.add()
        began = time.monotonic()
        sent_at = self._now()
        total = self._limits.total
        if timeouts != self._timeouts:
            # Who grants one answer more time (a long poll) grants it to the whole call.
            total = max(total, sum(timeouts) + 5.0)
        with track() as progress, progress.deadline(total):
            try:
                with closing(self._send(call, timeouts)) as reply:
                    body = self._read_all(reply)
            except _LOST as error:
                raise _translate(error, progress) from error
            if progress.expired:  # the peer that was cut off may look like one that had finished
                raise OutcomeUnknown("net_timeout", "The server took too long.")
        self._learn_time(reply.headers.get("Date"), sent_at)
        elapsed = int((time.monotonic() - began) * 1000)
        log.debug("%s %s -> %d in %d ms", call.method, call.url, reply.status_code, elapsed)
        return HttpAnswer(reply.status_code, reply.headers, body)

    def _send(self, call: "_Call", timeouts: tuple[float, float]) -> requests.Response:
        return self._session().request(
            call.method,
            call.url,
            data=call.body,
            headers=call.headers,
            timeout=timeouts,
            allow_redirects=False,
            stream=True,
        )

    def _read_all(self, reply: requests.Response) -> bytes:
        encoding = reply.headers.get("Content-Encoding", "identity").lower()
        if encoding not in {"identity", ""}:
            raise GarbledAnswer("The answer is encoded.", reply.status_code)
        pieces: list[bytes] = []
        size = 0
        while piece := reply.raw.read1(_CHUNK, decode_content=False):
            size += len(piece)
            if size > self._limits.max_bytes:
                raise GarbledAnswer("The answer is too large.", reply.status_code)
            pieces.append(piece)
        return b"".join(pieces)

    def _session(self) -> requests.Session:
        session: requests.Session | None = getattr(self._local, "session", None)
        if session is None:
            session = requests.Session()
            # No proxy, .netrc or CA bundle from the environment may replace our own settings.
            session.trust_env = False
            session.headers = CaseInsensitiveDict(self._headers)
            session.mount("https://", _WatchedAdapter())
            session.mount("http://", _WatchedAdapter())
            self._local.session = session
            self._sessions.append(session)
        try:
            session.headers.update(self._live())
        except Unavailable as error:
            raise NotWritten("net_no_key", "The key for this call cannot be had now.") from error
        return session

    def _learn_time(self, date: str | None, sent_at: int) -> None:
        if not date:
            return
        try:
            moment = parsedate_to_datetime(date)
        except ValueError:
            log.debug("unreadable Date header")
            return
        if moment.tzinfo is None or not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
            log.debug("a Date header without sense")
            return
        # The header names the second that was running: half a second is the fair guess.
        served = int(moment.timestamp()) * 1000 + 500
        self._skew = served - (sent_at + self._now()) // 2


class _WatchedAdapter(HTTPAdapter):
    """requests' transport without retries, over connections that note their first write."""

    def __init__(self) -> None:
        super().__init__(max_retries=0, pool_connections=2, pool_maxsize=2)

    def init_poolmanager(
        self, connections: int, maxsize: int, block: bool = False, **pool_kwargs: object
    ) -> None:
        super().init_poolmanager(connections, maxsize, block, **pool_kwargs)
        self.poolmanager.pool_classes_by_scheme = dict(POOLS)


@dataclass(frozen=True, slots=True)
class _Call:
    method: str
    url: str
    body: bytes | None
    headers: dict[str, str]


def _causes(error: BaseException) -> Iterator[object]:
    """The error and what stands behind it, as requests and urllib3 nest them."""
    seen: list[object] = []
    queue: list[Any] = [error]
    while queue and len(seen) < 20:
        item = queue.pop(0)
        if not isinstance(item, BaseException) or item in seen:
            continue
        seen.append(item)
        yield item
        queue += [getattr(item, "reason", None), item.__cause__, *item.args]


def _translate(error: BaseException, progress: CallProgress) -> NotWritten | OutcomeUnknown:
    """Our words for a failure; nothing of the library's text, which carries addresses."""
    causes = list(_causes(error))
    timed_out = progress.expired or any(
        isinstance(cause, requests.Timeout | u3.TimeoutError | TimeoutError) for cause in causes
    )
    read_timeout = any(isinstance(cause, requests.ReadTimeout) for cause in causes)
    if progress.written or read_timeout:
        if timed_out:
            return OutcomeUnknown("net_timeout", "The server took too long.")
        return OutcomeUnknown("net_lost", "The connection broke before the answer was complete.")
    # urllib3 derives "name not found" and "refused" from its connect time-out: ask them first.
    if any(isinstance(cause, u3.NameResolutionError) for cause in causes):
        return NotWritten("net_dns", "The server's name cannot be found.")
    if any(isinstance(cause, u3.SSLError | requests.exceptions.SSLError) for cause in causes):
        return NotWritten("net_tls", "The secure connection failed.")
    if timed_out and not any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return NotWritten("net_timeout", "The server does not answer.")
    return NotWritten("net_connect", "The server cannot be reached.")
