"""Deliveries that nobody takes."""

import asyncio

import httpx
import pytest

from pos_desktop.sandbox.courier import Courier, Parcel
from pos_desktop.sandbox.faults import Faults
from pos_desktop.sandbox.journal import Journal
from pos_desktop.sandbox.razorpay import hooks
from pos_desktop.sandbox.settings import Features, Hook, practice_keys


def parcel(gave_up: list[str], *, retries: int | None, lifetime: float) -> Parcel:
    return Parcel(
        target="webhooks",
        event="payment.captured",
        url="http://127.0.0.1:1/",
        body=b"{}",
        headers={},
        timeout=1.0,
        first_pause=0.01,
        retries=retries,
        lifetime=lifetime,
        gave_up=lambda: gave_up.append("gave up"),
    )


@pytest.mark.parametrize(("retries", "lifetime", "tries"), [(2, 60.0, 3), (None, 0.0, 1)])
def test_it_gives_up_after_its_tries_or_its_time(
    retries: int | None, lifetime: float, tries: int
) -> None:
    gave_up: list[str] = []
    journal = Journal()

    async def play() -> None:
        courier = Courier(Faults(), journal)
        await courier.start()
        courier.send(parcel(gave_up, retries=retries, lifetime=lifetime))
        async with asyncio.timeout(5):
            while not gave_up:
                await asyncio.sleep(0.01)
        await courier.stop()

    asyncio.run(play())
    assert gave_up == ["gave up"]
    assert len(journal.since(0)) == tries


def test_a_hook_that_took_nothing_for_a_day_is_disabled() -> None:
    hook = Hook(url="http://127.0.0.1:1/", secret="s")
    made = hooks.parcel(practice_keys(), hook, Features(), "payment.captured", {})
    assert (made.lifetime, made.retries, made.timeout) == (86_400.0, None, 5.0)
    made.gave_up()
    assert hook.disabled


def test_nothing_is_sent_to_a_disabled_or_unsubscribed_hook() -> None:
    sent: list[Parcel] = []

    class Ear(Courier):
        def send(self, parcel: Parcel) -> None:
            sent.append(parcel)

    hook = Hook(url="http://127.0.0.1:1/", secret="s", events=("order.paid",))
    ear = Ear(Faults(), Journal())
    announcer = hooks.Announcer(ear, practice_keys(), hook, Features())
    announcer.emit("payment.captured", {}, 1)
    announcer.emit("order.paid", {}, 1)
    hook.disabled = True
    announcer.emit("order.paid", {}, 1)
    hook.disabled, hook.url = False, ""
    announcer.emit("order.paid", {}, 1)
    assert [one.event for one in sent] == ["order.paid"]


def test_fetching_needs_a_started_courier() -> None:
    with pytest.raises(httpx.ConnectError):
        asyncio.run(Courier(Faults(), Journal()).fetch("http://127.0.0.1:1/", 1.0))
