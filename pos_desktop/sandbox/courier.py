"""Carries webhooks and callbacks to their URL: in order, repeated until taken, or with a fault."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping
from dataclasses import dataclass, field

import httpx

from pos_desktop.sandbox.faults import DELIVERY_TARGETS, Fault, Faults
from pos_desktop.sandbox.journal import Journal

_LONGEST_PAUSE = 600.0


@dataclass(frozen=True, slots=True)
class Parcel:
    """One POST to make. ``retries`` None: repeat until ``lifetime`` seconds have passed.

    ``taken`` says which status is success. ``gave_up`` is called when nobody took it. ``pauses``
    (seconds) replace the doubling ones and ``retries``. ``numbered`` names a header that counts
    the attempts, ``signature`` the one that a forger would change.
    """

    target: str
    event: str
    url: str
    body: bytes
    headers: Mapping[str, str]
    timeout: float
    first_pause: float
    retries: int | None = None
    lifetime: float = 86_400.0
    taken: Callable[[int], bool] = lambda status: 200 <= status < 300
    gave_up: Callable[[], None] = lambda: None
    first_headers: Mapping[str, str] = field(default_factory=dict)
    pauses: tuple[float, ...] = ()
    numbered: str = ""
    signature: str = "X-Razorpay-Signature"

    def waits(self) -> Iterator[float]:
        """The pauses before each repeat."""
        if self.pauses:
            yield from self.pauses
            return
        pause, done = self.first_pause, 0
        while self.retries is None or done < self.retries:
            yield pause
            pause = min(pause * 2, _LONGEST_PAUSE)
            done += 1


class Courier:
    """Deliveries of one practice run. ``start`` and ``stop`` belong to the server's lifespan."""

    def __init__(self, faults: Faults, journal: Journal) -> None:
        self._faults = faults
        self._journal = journal
        self._client: httpx.AsyncClient | None = None
        self._queues: dict[str, asyncio.Queue[Parcel]] = {}
        self._held: dict[str, list[Parcel]] = {target: [] for target in DELIVERY_TARGETS}
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Begin to deliver."""
        self._client = httpx.AsyncClient(trust_env=False, follow_redirects=False)
        for target in DELIVERY_TARGETS:
            self._queues[target] = asyncio.Queue()
            self.spawn(self._carry(target))

    async def stop(self) -> None:
        """End every delivery, undelivered ones are lost."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._client is not None:
            await self._client.aclose()

    def spawn(self, work: Coroutine[object, object, None]) -> None:
        """Run ``work`` beside everything else, until it is done or the server stops."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def send(self, parcel: Parcel) -> None:
        """Queue ``parcel``; a fault armed for its target and event decides how it travels."""
        fault = self._faults.take(parcel.target, "POST", parcel.event)
        if fault is None:
            self._put(parcel)
        elif fault.kind == "lose":
            entry = self._journal.open(parcel.target, "POST", (parcel.url, ""), parcel.body)
            entry.fault = "lose"
        elif fault.kind == "duplicate":
            self._put(parcel)
            self._put(parcel)
        elif fault.kind == "delay":
            self._later(fault.delay_ms, lambda: self._put(parcel))
        elif fault.kind == "reorder":
            self._hold(parcel, fault)
        else:
            self._put(_with_wrong_signature(parcel))

    async def fetch(self, url: str, timeout: float) -> httpx.Response:
        """GET ``url`` as WhatsApp's fetcher does. Raises httpx.HTTPError."""
        if self._client is None:
            raise httpx.ConnectError("the courier has not started")
        return await self._client.get(url, timeout=timeout)

    def _put(self, parcel: Parcel) -> None:
        self._queues[parcel.target].put_nowait(parcel)

    def _later(self, milliseconds: int, act: Callable[[], None]) -> None:
        asyncio.get_running_loop().call_later(milliseconds / 1000, act)

    def _hold(self, parcel: Parcel, fault: Fault) -> None:
        held = self._held[parcel.target]
        held.append(parcel)
        if fault.count == 0:
            self._release(parcel.target)
        elif len(held) == 1:
            self._later(fault.delay_ms, lambda: self._release(parcel.target))

    def _release(self, target: str) -> None:
        held, self._held[target] = self._held[target], []
        for parcel in reversed(held):
            self._put(parcel)

    async def _carry(self, target: str) -> None:
        while True:
            parcel = await self._queues[target].get()
            if not await self._attempt(parcel, {**parcel.headers, **parcel.first_headers}, 1):
                self.spawn(self._repeat(parcel))

    async def _repeat(self, parcel: Parcel) -> None:
        begun = time.monotonic()
        for number, pause in enumerate(parcel.waits(), start=2):
            await asyncio.sleep(pause)
            if time.monotonic() - begun > parcel.lifetime:
                break
            if await self._attempt(parcel, parcel.headers, number):
                return
        parcel.gave_up()

    async def _attempt(self, parcel: Parcel, headers: Mapping[str, str], number: int) -> bool:
        entry = self._journal.open(parcel.target, "POST", (parcel.url, ""), parcel.body)
        if headers != parcel.headers:
            entry.fault = "wrong_signature"
        sent = dict(headers)
        if parcel.numbered:
            sent[parcel.numbered] = str(number)
        client = self._client
        if client is None:
            return False
        try:
            async with asyncio.timeout(parcel.timeout):
                answer = await client.post(
                    parcel.url, content=parcel.body, headers=sent, timeout=parcel.timeout
                )
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            entry.note = type(error).__name__
            return False
        entry.status = answer.status_code
        return parcel.taken(answer.status_code)


def _with_wrong_signature(parcel: Parcel) -> Parcel:
    """The same parcel whose first attempt carries a forged signature."""
    with contextlib.suppress(KeyError):
        good = parcel.headers[parcel.signature]
        forged = ("1" if good[0] == "0" else "0") + good[1:]
        return Parcel(
            **{
                name: getattr(parcel, name)
                for name in parcel.__dataclass_fields__
                if name != "first_headers"
            },
            first_headers={parcel.signature: forged},
        )
    return parcel
