"""The relay's rows drive the real relay, and the floors beside it do what they say."""

import socket
from contextlib import closing
from pathlib import Path

import pytest

from bench import b_feed, b_relay
from bench.load import Load, get
from bench.relay_sides import Bare, Ours
from bench.setting import Setting

pytestmark = pytest.mark.timeout(120)


def test_pages_and_the_bare_route_answer_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(b_relay, "PAGES", 3)
    with b_relay.pages(tmp_path / "home") as (bare, ours):
        bare.run(40)
        ours.run(40)
        sizes = {line.took for load in (bare, ours) for line in load.lines}
        assert len(sizes) == 1
        assert 0 < ours.paced(50, 0.2) < 10


def test_a_page_that_is_not_there_stops_the_row(tmp_path: Path) -> None:
    with (
        Ours(tmp_path / "relay") as relay,
        closing(Load(relay.port, [get("/i/x")])) as load,
        pytest.raises(RuntimeError, match="404"),
    ):
        load.run(1)


def test_a_publication_is_opened_and_a_batch_is_new_each_time(tmp_path: Path) -> None:
    setting = Setting(tmp_path, quick=True)
    with b_relay.publish(setting) as bench:
        bench.floor()
        bench.ours()
    with b_relay.ingest(setting) as bench:
        assert bench.fresh is not None
        for _ in range(3):
            for side, work in (("floor", bench.floor), ("ours", bench.ours)):
                bench.fresh(side)
                work()


def test_an_event_reaches_every_stream_of_both_sides(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(b_feed, "STREAMS", 20)
    monkeypatch.setattr(b_feed, "COUNTERS", 2)
    with b_feed.feed_event(Setting(tmp_path, quick=True)) as bench:
        for work in (bench.floor, bench.ours, bench.floor, bench.ours):
            took = work()
            assert isinstance(took, float)
            assert 0 < took < 10


def test_the_bare_writer_writes_to_all_but_who_speaks() -> None:
    with (
        Bare("events") as bare,
        closing(b_feed.Streams(bare.port, 3)) as streams,
        closing(socket.create_connection(("127.0.0.1", bare.port))) as control,
    ):
        streams.wait_for(b": open")
        assert control.recv(100) == b": open\n\n"
        control.sendall(b"id: 1")
        streams.wait_for(b"id: 1")
        control.setblocking(False)
        with pytest.raises(BlockingIOError):
            control.recv(100)
