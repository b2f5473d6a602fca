"""Money that goes astray, comes twice, late or never: each story is judged by what it left.

``./test`` plays three of them and of those about messages in turn (``tests/e2e/turns.py``),
``./test --full`` all.
"""

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image

from tests.e2e.played import Played, play, rupees
from tests.e2e.test_stories import STORY_KEYS
from tests.e2e.turns import MONEY_STORIES, ROTATING, TODAY, in_turn

pytestmark = pytest.mark.timeout(240)
Json = dict[str, Any]


def _marked(name: str) -> Any:
    return pytest.param(name, marks=() if name in TODAY else pytest.mark.full)


every_story = pytest.mark.parametrize("name", [_marked(name) for name in MONEY_STORIES])


@pytest.fixture(scope="session")
def played_before() -> dict[str, Played]:
    return {}


@pytest.fixture
def played(
    played_before: dict[str, Played], tmp_path_factory: pytest.TempPathFactory, name: str
) -> Played:
    if name not in played_before:
        played_before[name] = play(name, tmp_path_factory.mktemp("money") / name)
    story = played_before[name]
    assert story.code == 0, story.said
    return story


def gateway(played: Played) -> Json:
    """What the practice gateway held at the end."""
    return dict(json.loads((played.folder / "gateway.json").read_text(encoding="utf-8")))


def captured(played: Played) -> int:
    """Paise that the gateway took and did not give back."""
    payments = gateway(played)["payments"]
    return sum(
        p["amount"] - p["amount_refunded"]
        for p in payments
        if p["status"] in ("captured", "refunded")
    )


def inbox(played: Played) -> list[tuple[str, str]]:
    return [(entry["flag"], entry["state"]) for entry in played.told["inbox"]]


def tenders(played: Played) -> list[tuple[str, int]]:
    return played.rows("SELECT kind, amount FROM tenders ORDER BY tender_id")


def late(played: Played) -> None:
    assert inbox(played) == [("late", "closed"), ("late", "closed")]
    assert played.rows("SELECT DISTINCT state FROM sales") == [("abandoned",)]
    assert captured(played) == 0
    kinds = sorted(link["status"] for link in gateway(played)["links"])
    assert kinds == ["cancelled", "expired"]
    assert [r["state"] for r in played.told["refunds"]] == ["done", "done"]


def double(played: Played) -> None:
    assert inbox(played) == [("duplicate", "closed")]
    ((due,),) = played.rows("SELECT due FROM sales")
    assert captured(played) == due
    assert sorted(p["amount_refunded"] for p in gateway(played)["payments"]) == [0, due]
    assert [(r["amount"], r["status"]) for r in gateway(played)["refunds"]] == [(due, "processed")]
    assert tenders(played) == [("gateway_qr", due)]


def switch_to_cash(played: Played) -> None:
    assert inbox(played) == []
    dues = [due for (due,) in played.rows("SELECT due FROM sales ORDER BY created_at")]
    assert tenders(played) == [("cash", dues[0]), ("gateway_link", dues[1])]
    assert captured(played) == dues[1]
    assert [link["status"] for link in gateway(played)["links"]] == ["cancelled", "paid"]


def gateway_down(played: Played) -> None:
    assert inbox(played) == [("risk_taken", "closed")]
    dues = [due for (due,) in played.rows("SELECT due FROM sales ORDER BY created_at")]
    kinds = [kind for kind, _ in tenders(played)]
    assert kinds == ["cash", "cash", "gateway_link"]
    assert captured(played) == dues[2]
    assert not [x for x in gateway(played)["links"] if x["status"] == "created"]


def crash(played: Played) -> None:
    assert inbox(played) == []
    ((due,),) = played.rows("SELECT due FROM sales")
    assert [link["status"] for link in gateway(played)["links"]] == ["paid"]
    assert captured(played) == due
    assert len(gateway(played)["messages"]) == 2
    assert played.rows("SELECT purpose, count(*) FROM messages GROUP BY purpose") == [
        ("payment_request", 1),
        ("receipt", 1),
    ]


def split(played: Played) -> None:
    assert inbox(played) == []
    ((due,),) = played.rows("SELECT due FROM sales")
    rest = due - 90_000
    assert tenders(played) == [("cash", 50_000), ("card", 40_000), ("gateway_qr", rest)]
    assert captured(played) == rest
    for words in (rupees(50_000), rupees(40_000), rupees(rest)):
        assert words in played.pdf


def refund(played: Played) -> None:
    assert inbox(played) == []
    ((due,),) = played.rows("SELECT due FROM sales")
    ((line,),) = played.rows("SELECT total FROM sale_lines WHERE name LIKE 'Sunflower Oil%'")
    assert captured(played) == due - line
    (gone,) = played.told["refunds"]
    assert (gone["amount_paise"], gone["state"], gone["approved_by"]) == (line, "done", "Meera")
    assert [r["status"] for r in gateway(played)["refunds"]] == ["processed"]


def offline_upi(played: Played) -> None:
    assert inbox(played) == [("asserted_unconfirmed", "open")]
    dues = [due for (due,) in played.rows("SELECT due FROM sales ORDER BY created_at")]
    assert tenders(played) == [("own_upi", due) for due in dues]
    assert captured(played) == 0
    assert played.told["confirmed_by"] == "asserted"
    page = (played.folder / "page.html").read_text(encoding="utf-8")
    assert "confirmed by the shop" in page


def handover(played: Played) -> None:
    assert inbox(played) == [("handed_over_unpaid", "closed")]
    query = "SELECT state, handed_over_at IS NOT NULL FROM sales"
    assert played.rows(query) == [("issued", 1), ("issued", 1)]
    ((due,),) = played.rows("SELECT sum(due) FROM sales")
    assert captured(played) == due


def walk_away(played: Played) -> None:
    assert inbox(played) == []
    assert played.rows("SELECT state, invoice_number FROM sales") == [("abandoned", None)]
    assert [link["status"] for link in gateway(played)["links"]] == ["cancelled"]
    assert gateway(played)["payments"] == []
    assert played.told["bill_url"] is None
    assert not (played.folder / "invoice.pdf").exists()


def service_off(played: Played) -> None:
    assert inbox(played) == []
    events = played.rows(
        "SELECT kind, json_extract(body, '$.service') FROM ledger"
        " WHERE kind LIKE 'service.%' ORDER BY seq"
    )
    assert events == [
        ("service.off", "gateway"),
        ("service.on", "gateway"),
        ("service.off", "messages"),
        ("service.on", "messages"),
    ]
    # Those that the gateway refused, three at most, and the one of F9 while it was off.
    assert [kind for kind, _ in tenders(played)].count("cash") in (3, 4)


OUTCOMES: dict[str, Callable[[Played], None]] = {
    "late": late,
    "double": double,
    "switch-to-cash": switch_to_cash,
    "gateway-down": gateway_down,
    "crash": crash,
    "split": split,
    "refund": refund,
    "offline-upi": offline_upi,
    "handover": handover,
    "walk-away": walk_away,
    "service-off": service_off,
}


@every_story
def test_the_outcome_is_the_right_one(played: Played, name: str) -> None:
    assert played.told["story"] == name
    OUTCOMES[name](played)


@every_story
def test_it_ends_well_and_tells_what_it_proved(played: Played, name: str) -> None:
    told = played.told
    assert f"story {name}: {len(told['proved'])} things proved, inbox: " in played.said
    assert "Traceback" not in played.said
    assert list(told) == [*STORY_KEYS, "bills", "refunds", "sent", "proved"]
    assert len(told["proved"]) >= 5
    for entry in told["inbox"]:
        assert list(entry) == ["flag", "state", "amount_paise", "action"]


@every_story
def test_no_rupee_is_on_two_bills_or_on_none(played: Played, name: str) -> None:
    """What the gateway holds is what the books count of it."""
    booked = sum(amount for kind, amount in tenders(played) if kind.startswith("gateway"))
    ((returned,),) = played.rows(
        "SELECT coalesce(sum(amount), 0) FROM refunds WHERE state = 'done' AND key LIKE 'ret-%'"
    )
    assert captured(played) == booked - returned


@every_story
def test_the_books_verify(played: Played, name: str) -> None:
    command = [sys.executable, "-P", "-m", "pos_desktop", "verify"]
    command.append(str(played.folder / "counter.db"))
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@every_story
def test_the_screens_are_there(played: Played, name: str) -> None:
    screens = played.told["files"]["screens"]
    assert len(screens) >= 4
    assert sorted(screens) == screens
    for screen in screens:
        with Image.open(played.folder / screen) as picture:
            assert (picture.format, picture.size) == ("PNG", (1366, 768))
            colours = picture.convert("RGB").getcolors(1 << 20)
        assert colours is not None and len(colours) > 200, f"{screen} has few colours"


def test_every_story_has_its_judge() -> None:
    assert set(OUTCOMES) == set(MONEY_STORIES)
    assert len(TODAY) == len(set(TODAY)) == 3


def test_each_story_has_its_turn() -> None:
    turns = [in_turn(ROTATING, turn, 3) for turn in range(len(ROTATING))]
    assert {name for turn in turns for name in turn} == set(ROTATING) > set(MONEY_STORIES)
    assert all(len(set(turn)) == 3 for turn in turns)
