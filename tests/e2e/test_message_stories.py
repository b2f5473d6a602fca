"""Messages that fail, wait or must not go: each story is judged by what it left.

``./test`` plays them in turn with those about money (``tests/e2e/turns.py``), ``--full`` all.
"""

from collections.abc import Callable
from typing import Any

import pytest

from tests.e2e.played import Played, play
from tests.e2e.test_money_stories import captured, gateway, inbox
from tests.e2e.test_stories import STORY_KEYS
from tests.e2e.turns import MESSAGE_STORIES, TODAY

pytestmark = pytest.mark.timeout(240)
Json = dict[str, Any]
REQUEST, RECEIPT = "payment_request", "receipt"


def _marked(name: str) -> Any:
    return pytest.param(name, marks=() if name in TODAY else pytest.mark.full)


every_story = pytest.mark.parametrize("name", [_marked(name) for name in MESSAGE_STORIES])


@pytest.fixture(scope="session")
def told_before() -> dict[str, Played]:
    return {}


@pytest.fixture
def played(
    told_before: dict[str, Played], tmp_path_factory: pytest.TempPathFactory, name: str
) -> Played:
    if name not in told_before:
        told_before[name] = play(name, tmp_path_factory.mktemp("messages") / name)
    story = told_before[name]
    assert story.code == 0, story.said
    return story


def by_number(played: Played) -> dict[str, list[str]]:
    """Purposes of what the provider was asked to send, by the last two digits."""
    sent: dict[str, list[Json]] = played.told["sent"]
    return {number[-2:]: [m["purpose"] for m in messages] for number, messages in sent.items()}


def channels(played: Played) -> set[str]:
    return {m["channel"] for messages in played.told["sent"].values() for m in messages}


def fates(played: Played) -> list[tuple[Any, ...]]:
    """Every message of the books: last two digits, purpose, attempt, state, reason."""
    return played.rows(
        'SELECT substr("to", -2), purpose, attempt, state, reason FROM messages ORDER BY message_id'
    )


def message_fails(played: Played) -> None:
    assert by_number(played) == {"02": [REQUEST, RECEIPT], "10": [REQUEST, RECEIPT]}
    assert channels(played) == {"whatsapp"}
    assert fates(played)[:2] == [
        ("02", REQUEST, 1, "failed", "recipient"),
        ("02", RECEIPT, 1, "failed", "recipient"),
    ]
    assert [qr["status"] for qr in gateway(played)["qrs"]] == ["closed", "closed"]


def unknown_send(played: Played) -> None:
    assert by_number(played) == {"33": [REQUEST, RECEIPT], "44": [REQUEST, RECEIPT]}
    assert channels(played) == {"sms"}
    requests = [fate for fate in fates(played) if fate[1] == REQUEST]
    assert [(fate[0], fate[3]) for fate in requests] == [("33", "delivered"), ("44", "unknown")]
    # What the counter never heard of did arrive: a second one would have been one too many.
    arrived = [m["to"][-2:] for m in gateway(played)["messages"] if m["fate"] == "delivered"]
    assert sorted(arrived) == ["33", "33", "44", "44"]


def relay_down(played: Played) -> None:
    assert by_number(played) == {"71": [RECEIPT], "73": [REQUEST, RECEIPT], "74": [RECEIPT]}
    assert channels(played) == {"sms"}
    assert [fate for fate in fates(played) if fate[3] == "dropped"] == [
        ("71", REQUEST, 1, "dropped", "bill_settled")
    ]
    # Its request and its receipt carried one link, which opened the bill and then the invoice.
    links = {m["url"] for m in gateway(played)["messages"] if m["to"].endswith("73")}
    assert len(links) == 1
    confirmed = played.rows("SELECT confirmed_by FROM sales ORDER BY token_no")
    assert confirmed == [("poll",), ("push",), ("cash",)]


def late_message(played: Played) -> None:
    assert by_number(played) == {"61": [RECEIPT], "62": [RECEIPT], "63": [RECEIPT]}
    assert channels(played) == {"whatsapp"}
    dropped = {fate[0]: fate[4] for fate in fates(played) if fate[1] == REQUEST}
    assert dropped == {
        "61": "bill_settled",
        "62": "not_payable_any_more",
        "63": "too_late_to_send",
    }
    assert {fate[3] for fate in fates(played) if fate[1] == REQUEST} == {"dropped"}


def template_paused(played: Played) -> None:
    again = [REQUEST, REQUEST, RECEIPT]
    once = [REQUEST, RECEIPT]
    assert by_number(played) == {"51": once, "53": again, "54": once, "55": [RECEIPT]}
    assert channels(played) == {"whatsapp"}
    failed = [fate for fate in fates(played) if fate[3] == "failed"]
    assert failed == [(digits, REQUEST, 1, "failed", "template") for digits in ("51", "53", "54")]
    services = "SELECT kind, json_extract(body, '$.service'), json_extract(body, '$.reason')"
    rows = played.rows(f"{services} FROM ledger WHERE kind LIKE 'service.%' ORDER BY seq")
    assert rows == [("service.off", "messages", "template"), ("service.on", "messages", None)]


def stop_optout(played: Played) -> None:
    assert by_number(played) == {"81": [REQUEST], "82": [REQUEST, RECEIPT]}
    assert channels(played) == {"whatsapp"}
    dropped = [fate for fate in fates(played) if fate[3] == "dropped"]
    assert dropped == [("81", RECEIPT, 1, "dropped", "opted_out")]
    phones = played.rows("SELECT substr(phone, -2) FROM sales ORDER BY token_no")
    assert phones == [("81",), (None,), ("82",)]
    # Who refused stands there by a tag; a number could not be forgotten any more.
    query = "SELECT phone, length(tag), kind, source FROM opt_outs"
    assert played.rows(query) == [(None, 32, "out", "stop")]


def wrong_number(played: Played) -> None:
    assert by_number(played) == {"91": [REQUEST], "92": [REQUEST, RECEIPT]}
    assert channels(played) == {"sms"}
    assert [link["status"] for link in gateway(played)["links"]] == ["cancelled", "paid"]
    ((former, token),) = played.rows("SELECT phone, link_token FROM contact_changes")
    ((now, live),) = played.rows("SELECT phone, link_token FROM sales")
    assert (former[-2:], now[-2:]) == ("91", "92") and token != live
    links = {m["to"][-2:]: m["url"] for m in gateway(played)["messages"]}
    assert links["91"].endswith(token) and links["92"].endswith(live)


OUTCOMES: dict[str, Callable[[Played], None]] = {
    "message-fails": message_fails,
    "unknown-send": unknown_send,
    "relay-down": relay_down,
    "late-message": late_message,
    "template-paused": template_paused,
    "stop-optout": stop_optout,
    "wrong-number": wrong_number,
}


@every_story
def test_the_outcome_is_the_right_one(played: Played, name: str) -> None:
    assert played.told["story"] == name
    OUTCOMES[name](played)
    assert all(state == "closed" for _, state in inbox(played))


@every_story
def test_the_sheet_tells_what_it_proved(played: Played, name: str) -> None:
    told = played.told
    assert f"story {name}: {len(told['proved'])} things proved, inbox: " in played.said
    assert "Traceback" not in played.said
    assert list(told) == [*STORY_KEYS, "bills", "refunds", "sent", "proved"]
    assert len(told["proved"]) >= 5
    assert len(told["files"]["screens"]) >= 4


@every_story
def test_every_send_is_a_message_of_the_books(played: Played, name: str) -> None:
    """No message went twice, none went that no bill knows of."""
    sent = sum(len(messages) for messages in played.told["sent"].values())
    journal = gateway(played)["messages"]
    ((kept,),) = played.rows("SELECT count(*) FROM messages WHERE state != 'dropped'")
    assert sent == kept == len(journal)
    assert len({message["label"] for message in journal}) == kept


@every_story
def test_no_rupee_is_missing(played: Played, name: str) -> None:
    rows = played.rows("SELECT amount FROM tenders WHERE kind LIKE 'gateway%'")
    assert captured(played) == sum(amount for (amount,) in rows)
    ((unpaid,),) = played.rows("SELECT count(*) FROM sales WHERE state != 'issued'")
    assert unpaid == 0


def test_every_story_has_its_judge() -> None:
    assert set(OUTCOMES) == set(MESSAGE_STORIES)
