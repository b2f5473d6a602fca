"""The log of requests: every answer has its line and is counted, and lines go out together."""

import asyncio
import json
import logging

import pytest

from pos_relay.journal import Journal
from pos_relay.meters import Meters

PAGE = ("/i/{name}", "GET", 200)


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, "raseed.relay")
    return caplog


def lines(said: pytest.LogCaptureFixture) -> list[dict[str, object]]:
    return [json.loads(line) for line in "\n".join(said.messages).splitlines()]


def counted(meters: Meters, name: str, **labels: str) -> float:
    return meters.registry.get_sample_value(name, labels) or 0.0


def test_lines_wait_for_each_other(said: pytest.LogCaptureFixture) -> None:
    async def three() -> None:
        journal = Journal(Meters())
        for number in range(3):
            journal.note(PAGE, 0.0125, f"{number}" * 64)
        assert said.messages == []
        await asyncio.sleep(0.5)
        assert len(said.messages) == 1
        journal.note(("/v1/feed", "GET", 200), 3.0)
        await asyncio.sleep(0.5)

    asyncio.run(three())
    assert len(said.messages) == 2
    page = {"route": "/i/{name}", "method": "GET", "status": 200, "ms": 12}
    feed = {"route": "/v1/feed", "method": "GET", "status": 200, "ms": 3000}
    assert lines(said) == [*({**page, "page": f"{number}" * 6} for number in range(3)), feed]


def test_many_lines_do_not_wait(said: pytest.LogCaptureFixture) -> None:
    async def many() -> None:
        journal = Journal(Meters())
        for _ in range(1_203):
            journal.note(PAGE, 0.001)
        assert [len(text.splitlines()) for text in said.messages] == [500, 500]
        journal.close()

    asyncio.run(many())
    assert len(lines(said)) == 1_203


def test_what_is_said_after_the_end_is_not_lost(said: pytest.LogCaptureFixture) -> None:
    async def late() -> None:
        journal = Journal(Meters())
        journal.note(PAGE, 0.001)
        journal.close()
        assert len(said.messages) == 1
        journal.note(PAGE, 0.001)
        journal.close()

    asyncio.run(late())
    assert len(lines(said)) == 2


def test_answers_are_counted_by_route_and_status(said: pytest.LogCaptureFixture) -> None:
    meters = Meters()

    async def some() -> None:
        journal = Journal(meters)
        for asked in (PAGE, PAGE, ("/i/{name}", "HEAD", 200), ("/v1/feed", "GET", 401)):
            journal.note(asked, 0.02)
        journal.close()

    asyncio.run(some())
    assert counted(meters, "relay_requests_total", route="/i/{name}", status="200") == 3
    assert counted(meters, "relay_requests_total", route="/v1/feed", status="401") == 1
    assert counted(meters, "relay_request_seconds_count", route="/i/{name}") == 3
    assert counted(meters, "relay_request_seconds_count", route="/v1/feed") == 0


def test_methods_that_callers_make_up_fill_no_memory(said: pytest.LogCaptureFixture) -> None:
    async def flood() -> None:
        journal = Journal(Meters())
        for number in range(5_000):
            journal.note(("none", f'M{number}"\n', 405), 0.001)
        journal.close()
        assert len(journal._kinds) <= 2_000

    asyncio.run(flood())
    assert [entry["method"] for entry in lines(said)] == [f'M{n}"\n' for n in range(5_000)]
