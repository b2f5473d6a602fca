"""What the operator can see of a relay, and that looking never breaks it."""

import json
import re
import threading
from pathlib import Path

import httpx
import pytest

from pos_relay.store import feed
from tests.relay.samples import BILL
from tests.relay.support import OPERATOR, Relay, Till, batch, captured_log, chain, running
from tests.relay.test_pages import new_token

BEARER = {"authorization": f"Bearer {OPERATOR}"}


def numbers(relay: Relay) -> dict[str, float]:
    """Every sample of /metrics by its name with labels."""
    reply = relay.http.get("/metrics", headers=BEARER)
    assert reply.status_code == 200, reply.text
    lines = [line for line in reply.text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def test_answers_are_timed_by_route(relay: Relay, till: Till) -> None:
    token = new_token()
    relay.publish(till, token, BILL)
    before = numbers(relay)
    relay.http.get(f"/i/{token}")
    relay.http.get(f"/i/{new_token()}")
    relay.http.get("/v1/feed?wait=0", headers=till.headers)
    seen = numbers(relay)
    name = 'relay_request_seconds_count{route="/i/{name}"}'
    assert seen[name] - before.get(name, 0) == 2
    assert seen[name] == seen['relay_request_seconds_bucket{le="+Inf",route="/i/{name}"}']
    assert seen['relay_request_seconds_sum{route="/i/{name}"}'] > 0
    assert not [one for one in seen if "seconds" in one and "/v1/feed" in one]
    assert seen['relay_requests_total{route="/v1/feed",status="200"}'] >= 1


def test_streams_are_counted_while_they_are_open(relay: Relay, till: Till) -> None:
    headers = {**till.headers, "accept": "text/event-stream"}
    with (
        httpx.stream("GET", f"{relay.base_url}/v1/feed", headers=headers) as one,
        httpx.stream("GET", f"{relay.base_url}/v1/feed", headers=headers) as two,
    ):
        streams = [stream.iter_raw() for stream in (one, two)]
        assert all(next(stream) for stream in streams)
        assert numbers(relay)["relay_streams"] == 2
    for _ in range(100):
        if numbers(relay)["relay_streams"] == 0:
            break
        threading.Event().wait(0.05)
    assert numbers(relay)["relay_streams"] == 0


def test_refused_marks_are_told(relay: Relay, till: Till) -> None:
    mine = {"series": till.answer.series, "fy": "2627", "highest": 3}
    body = {"epoch": 1, "from_seq": 1, "events": []}
    before = numbers(relay)["relay_marks_refused_total"]
    with captured_log() as log:
        for told in ([mine], [mine, {**mine, "series": "ZZ9"}, "no mark"]):
            reply = relay.http.post("/v1/sync", json={**body, "marks": told}, headers=till.headers)
            assert reply.status_code == 200
    assert numbers(relay)["relay_marks_refused_total"] - before == 2
    said = [json.loads(line) for line in log if "marks_refused" in line]
    assert said == [{"marks_refused": 2, "device": till.answer.device}]


def test_disk_and_database(relay: Relay, till: Till) -> None:
    relay.http.post("/v1/sync", json=batch(chain(3)), headers=till.headers)
    seen = numbers(relay)
    assert seen["relay_database_bytes"] > 10_000
    assert (
        0
        < seen['relay_disk_free_bytes{place="sealed"}']
        <= seen['relay_disk_bytes{place="sealed"}']
    )
    assert (seen["relay_database_up"], seen["relay_lost_files"]) == (1, 0)
    assert seen['relay_sync_answers_total{answer="ok"}'] >= 1


def test_a_database_out_of_reach_is_a_number(relay: Relay, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_arguments: object) -> int:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("pos_relay.gauges.count_lost", broken)
    seen = numbers(relay)
    assert seen["relay_database_up"] == 0
    assert "relay_lost_files" not in seen
    assert seen["relay_database_bytes"] > 0

    def bug(*_arguments: object) -> int:
        raise KeyError("a bug")

    monkeypatch.setattr("pos_relay.gauges.count_lost", bug)
    assert relay.http.get("/metrics", headers=BEARER).status_code == 500


def test_rounds_of_purging_are_counted(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with running(data) as relay:
        _until(relay, 'relay_purges_total{outcome="done"}')

    def full(*_arguments: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(feed, "purge", full)
    with running(data) as relay:
        _until(relay, 'relay_purges_total{outcome="failed"}')


def test_no_label_carries_what_was_asked(relay: Relay, till: Till) -> None:
    token = new_token()
    relay.http.get(f"/i/{token}")
    relay.http.get(f"/nothing/{token}/{till.answer.token}")
    text = relay.http.get("/metrics", headers=BEARER).text
    assert token not in text
    for secret in (till.answer.token, till.answer.tenant, till.answer.device):
        assert secret not in text
    assert not re.search(r"[0-9a-f]{32}", text)


def _until(relay: Relay, name: str) -> None:
    for _ in range(100):
        if numbers(relay).get(name, 0) >= 1:
            return
        threading.Event().wait(0.05)
    assert numbers(relay)[name] >= 1
