"""The lamp of the relay tells of the stream and of who may read it, not of /healthz."""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from pos_desktop.host.engine import Engine
from pos_desktop.net.http import HttpClient
from pos_desktop.relay_client.client import RelayClient
from pos_desktop.services.health import Health
from pos_desktop.services.views import Lamp, LampState
from pos_desktop.story.cable import Cable
from pos_relay.store import devices
from tests.relay.support import Relay, running
from tests.unit.host.running import Running, until
from tests.unit.relay_client.test_client import Secrets

WITHIN = 10.0


class Stalling(Cable):
    """Holds back what goes over the connections of a moment; new ones are as good as ever."""

    def __init__(self, target: int) -> None:
        self._stalled: set[asyncio.StreamWriter] = set()
        super().__init__(target)

    def stall(self) -> None:
        """From now on nothing comes through what stands now."""
        self._stalled |= self._pairs

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while piece := await reader.read(65_536):
                if writer not in self._stalled:
                    writer.write(piece)
                    await writer.drain()
            writer.close()
        except OSError:
            writer.transport.abort()


class Watched:
    """A counter with its engine, and the lamps as the loop turns them."""

    def __init__(self, counter: Running, client: RelayClient) -> None:
        self.lamp = Lamp("relay", LampState.CHECKING)
        self._health = Health(counter.lanes, {"relay": client.ping}, self._changed)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look)
        counter.engine = Engine(counter.works(client))
        self._engine = counter.engine
        self._engine.start()
        self._thread.start()
        self.shows(LampState.OK)

    def shows(self, state: LampState, detail: str = "") -> float:
        """Wait until the lamp shows it; the seconds it took, ten at most."""
        began = time.monotonic()
        until(lambda: (self.lamp.state, self.lamp.detail) == (state, detail), WITHIN)
        return time.monotonic() - began

    def close(self) -> None:
        self._engine.stop()
        self._over.set()
        self._thread.join()
        # Its connection is to be closed by us, not by a collector of garbage.
        for thread in threading.enumerate():
            if thread.name == "engine-feed":
                thread.join(5)

    def _changed(self, lamps: tuple[Lamp, ...]) -> None:
        self.lamp = next(lamp for lamp in lamps if lamp.name == "relay")

    def _look(self) -> None:
        while not self._over.wait(0.1):
            self._health.step(time.time_ns() // 1_000_000)


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Running]:
    counter = Running(tmp_path)
    yield counter
    counter.end()
    counter.told()


@contextmanager
def enrolled(relay: Relay, base_url: str) -> Iterator[tuple[RelayClient, str]]:
    secrets = Secrets()
    with closing(HttpClient(base_url)) as http:
        client = RelayClient(http, secrets)
        yield client, client.enrol(relay.code(relay.shop()), "Till 1").device


def test_a_stalled_stream_shows_although_the_relay_answers(
    tmp_path: Path, counter: Running
) -> None:
    with (
        running(tmp_path / "data") as relay,
        closing(Stalling(urlsplit(relay.base_url).port or 0)) as cable,
        enrolled(relay, f"http://127.0.0.1:{cable.port}") as (client, _),
        closing(HttpClient(f"http://127.0.0.1:{cable.port}")) as other,
        closing(Watched(counter, client)) as watched,
    ):
        until(lambda: counter.watcher.push_connected)
        cable.stall()
        assert other.request("GET", "/healthz").ok
        down = _blocked(watched, cable)
        back = watched.shows(LampState.OK)
    print(f"stalled stream: down after {down:.1f} s, back after {back:.1f} s")


def _blocked(watched: Watched, cable: Stalling) -> float:
    """Every stream that is opened meanwhile stalls as well, until the lamp has said so."""
    began = time.monotonic()
    while watched.lamp.state is LampState.OK:
        assert time.monotonic() - began < WITHIN
        cable.stall()
        time.sleep(0.001)
    assert (watched.lamp.state, watched.lamp.detail) == (LampState.DOWN, "relay_stream_silent")
    return time.monotonic() - began


def test_a_revoked_counter_is_told_by_its_lamp(tmp_path: Path, counter: Running) -> None:
    with (
        running(tmp_path / "data") as relay,
        enrolled(relay, relay.base_url) as (client, device),
        closing(Watched(counter, client)) as watched,
    ):
        until(lambda: counter.watcher.push_connected)
        with relay.node.store.database.write() as sql:
            assert devices.revoke(sql, device, relay.node.now())
        down = watched.shows(LampState.DOWN, "relay_revoked")
        assert relay.http.get("/healthz").status_code == 200
        client.enrol(relay.code(relay.shop()), "Till 1")
        back = watched.shows(LampState.OK)
    print(f"revoked counter: told after {down:.1f} s, well {back:.1f} s after a new enrolment")
