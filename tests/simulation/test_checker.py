"""Every promise of the checker, broken by hand: it must say which, and be silent when all is well.

Each case begins with a day on which everything is right, and is looked at once before it breaks.
"""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType

import pytest

from tests.simulation import checker, money
from tests.simulation.promise import Broken
from tests.simulation.run import template
from tests.simulation.scene import MINUTE, NOW, Scene, sound

Act = Callable[[Scene], None]
WRONG: list[tuple[str, Act]] = []
RIGHT: list[Act] = []


def breaks(promise: str) -> Callable[[Act], Act]:
    """What the function does to a sound shop breaks this promise."""

    def register(act: Act) -> Act:
        WRONG.append((promise, act))
        return act

    return register


def keeps(act: Act) -> Act:
    """What the function does to a sound shop breaks nothing."""
    RIGHT.append(act)
    return act


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return template(tmp_path_factory.mktemp("template"))


@pytest.fixture
def scene(empty: Path, tmp_path: Path) -> Iterator[Scene]:
    made = Scene(empty, tmp_path)
    sound(made)
    yield made
    made.close()


# -- bills and their numbers ---------------------------------------------------------------------


@breaks("sales_stay")
def a_bill_is_gone(scene: Scene) -> None:
    scene.sql("DELETE FROM sales WHERE order_id = '01-C'")


@breaks("sales_stay")
def a_bill_costs_something_else(scene: Scene) -> None:
    scene.sql("UPDATE sales SET due = due - 1 WHERE order_id = '01-D'")


@breaks("paid_stays_paid")
def a_paid_bill_waits_again(scene: Scene) -> None:
    scene.sql("UPDATE sales SET state = 'awaiting' WHERE order_id = '01-B'")


@breaks("paid_stays_paid")
def a_paid_link_is_open_again(scene: Scene) -> None:
    scene.sql("UPDATE collects SET state = 'open' WHERE reference = '01-A-2'")


@breaks("numbers_stay")
def a_bill_gets_another_number(scene: Scene) -> None:
    scene.sql("UPDATE sales SET invoice_number = 'P2A/2627/000004' WHERE order_id = '01-E'")


@breaks("numbers_without_gap")
def a_number_is_left_out(scene: Scene) -> None:
    scene.sale("01-F", "issued", 100, 5)
    scene.tender("01-F", "cash", 100)


@keeps
def the_next_number(scene: Scene) -> None:
    scene.sale("01-F", "issued", 100, 4)
    scene.tender("01-F", "cash", 100)


# -- what bills were paid with -------------------------------------------------------------------


@breaks("paid_in_full")
def too_little_is_enough(scene: Scene) -> None:
    scene.sale("01-F", "issued", 100, 4)
    scene.tender("01-F", "cash", 99)


@breaks("paid_in_full")
def what_was_taken_back_pays(scene: Scene) -> None:
    scene.sql(
        "INSERT INTO tender_reversals SELECT tender_id, 0, 'Asha', 'typed wrong', 0 FROM tenders"
        " WHERE order_id = '01-B'"
    )


@breaks("paid_by_real_money")
def a_payment_that_the_gateway_never_had(scene: Scene) -> None:
    scene.sale("01-F", "issued", 100, 4)
    scene.tender("01-F", "gateway_link", 100, "pay_9")


@breaks("paid_by_real_money")
def a_payment_that_was_never_captured(scene: Scene) -> None:
    scene.sale("01-F", "issued", 100, 4)
    scene.payment("pay_9", "01-F", 100)["captured_at"] = None
    scene.tender("01-F", "gateway_link", 100, "pay_9")


@breaks("counted_once")
def one_payment_pays_two_bills(scene: Scene) -> None:
    scene.sale("01-F", "issued", 50_000, 4)
    scene.tender("01-F", "gateway_qr", 50_000, "pay_1")


@breaks("facts_only_grow")
def a_fact_is_rewritten(scene: Scene) -> None:
    scene.sql("UPDATE facts SET amount = amount - 1 WHERE payment_id = 'pay_3'")


@breaks("facts_are_true")
def a_capture_that_never_was(scene: Scene) -> None:
    scene.fact("pay_9", 100)


@breaks("facts_are_true")
def a_capture_of_another_amount(scene: Scene) -> None:
    scene.payment("pay_9", "01-D", 100)
    scene.fact("pay_9", 200, order_id="01-D")


@keeps
def a_failed_attempt_is_no_money(scene: Scene) -> None:
    scene.fact("pay_9", 100, order_id="01-D", status="failed")


# -- what is payable -----------------------------------------------------------------------------


@breaks("closed_is_closed")
def a_cancelled_link_takes_money(scene: Scene) -> None:
    scene.gateway["objects"]["plink 01-D 1"]["status"] = "active"


@keeps
def a_clock_was_set_just_now(scene: Scene) -> None:
    scene.gateway["objects"]["plink 01-D 1"]["status"] = "active"
    scene.history.append({"what": "clock_jump", "at": NOW - MINUTE + 1})


@breaks("closed_is_closed")
def a_clock_was_set_a_minute_ago(scene: Scene) -> None:
    scene.gateway["objects"]["plink 01-D 1"]["status"] = "active"
    scene.history.append({"what": "clock_jump", "at": NOW - MINUTE})


@keeps
def a_closed_link_is_over_by_its_time(scene: Scene) -> None:
    scene.gateway["objects"]["plink 01-D 1"] |= {"status": "active", "expires_at": NOW}


@breaks("live_is_watched")
def nobody_watches_a_live_link_of_a_paid_bill(scene: Scene) -> None:
    scene.thing("01-B", 1)
    scene.collect("01-B", 1, "closing")


@breaks("live_is_watched")
def nobody_asks_whether_a_link_was_made_for_a_paid_bill(scene: Scene) -> None:
    scene.collect("01-B", 1, "unknown", gateway_id=None)


@breaks("one_live_way")
def two_links_at_a_time(scene: Scene) -> None:
    scene.thing("01-D", 3)
    scene.thing("01-D", 4)


@keeps
def two_links_of_which_nobody_could_know(scene: Scene) -> None:
    scene.thing("01-D", 3)
    scene.thing("01-D", 4)
    scene.history.append({"what": "acted late", "reference": "01-D-4"})


@keeps
def a_second_link_after_the_first(scene: Scene) -> None:
    scene.thing("01-D", 3)["expires_at"] = NOW
    scene.look()
    scene.thing("01-D", 4)


def test_a_live_link_of_a_paid_bill_is_watched_by_row_or_by_effect(scene: Scene) -> None:
    scene.thing("01-B", 1)
    scene.collect("01-B", 1, "closing")
    scene.put("outbox", kind="collect.close", subject="01-B-1", state="queued")
    scene.collect("01-B", 2, "open", next_ask_at=NOW)
    scene.thing("01-E", 1, "cancelled")
    scene.collect("01-E", 1, "open")
    scene.look()


# -- at rest -------------------------------------------------------------------------------------


@breaks("outbox_empties")
def something_is_left_to_do(scene: Scene) -> None:
    scene.put("outbox", kind="page.publish", subject="01-A", state="doing")


@breaks("collects_end")
def a_link_never_ends(scene: Scene) -> None:
    scene.thing("01-D", 3)
    scene.collect("01-D", 3, "open")


@breaks("collects_end")
def a_closed_link_is_watched_for_ever(scene: Scene) -> None:
    scene.sql("UPDATE collects SET next_ask_at = 1 WHERE reference = '01-D-1'")


@breaks("messages_leave")
def a_message_stays(scene: Scene) -> None:
    scene.put("messages", message_id="m1", order_id="01-A", state="queued", channel="sms")


@breaks("ledger_arrives")
def the_relay_lacks_an_entry(scene: Scene) -> None:
    scene.relay["ledgers"][1] = scene.relay["ledgers"][1][:-1]


@breaks("ledger_arrives")
def the_relay_has_another_entry(scene: Scene) -> None:
    scene.relay["ledgers"][2] = [(1, "c" * 64)]


@breaks("invoice_page")
def a_paid_bill_has_no_page(scene: Scene) -> None:
    scene.relay["pages"]["token 01-A"] = [1]


@breaks("dead_picture")
def a_dead_qr_is_shown(scene: Scene) -> None:
    scene.relay["pictures"]["picture"] = "open"


@breaks("pages_never_change")
def a_page_has_changed(scene: Scene) -> None:
    scene.relay["changed_pages"].append("token 01-A")


@breaks("one_message")
def two_receipts(scene: Scene) -> None:
    scene.exotel["sent"].append({"order": "01-A", "purpose": "receipt"})


@breaks("one_message")
def a_receipt_is_never_asked_for_again(scene: Scene) -> None:
    scene.exotel["sent"].append({"order": "01-A", "purpose": "receipt"})
    scene.history.append({"what": "asks send_again", "order": "01-A"})


@breaks("one_refund_note")
def a_refund_is_told_twice(scene: Scene) -> None:
    note = {"order": "01-A", "purpose": "refund_note", "attempt": 1}
    scene.exotel["sent"] += [note, note]


@breaks("one_refund_note")
def a_note_of_money_that_did_not_go_back(scene: Scene) -> None:
    for number in (1, 2, 3):
        note = {"order": "01-A", "purpose": "refund_note", "attempt": number}
        scene.exotel["sent"].append(note)


@keeps
def each_refund_is_told_once(scene: Scene) -> None:
    for number in (2, 1):
        note = {"order": "01-A", "purpose": "refund_note", "attempt": number}
        scene.exotel["sent"].append(note)


@keeps
def a_request_was_asked_for_again(scene: Scene) -> None:
    scene.exotel["sent"].append({"order": "01-A", "purpose": "payment_request"})
    scene.history.append({"what": "asks send_again", "order": "01-A"})


@breaks("acknowledged_stands")
def a_bill_that_was_acknowledged_is_nowhere(scene: Scene) -> None:
    scene.history.append({"what": "knows bill", "order": "01-X", "state": "awaiting"})


@breaks("acknowledged_stands")
def a_bill_was_shown_with_another_number(scene: Scene) -> None:
    told = {"what": "knows bill", "order": "01-B", "state": "issued", "number": "P2A/2627/000009"}
    scene.history.append(told)


def asked(scene: Scene, peer: str, times: int, *, down: bool) -> None:
    """So many requests of counter 1 within ten seconds."""
    peers = {"gateway": scene.gateway["requests"], "relay": scene.relay["asked"]}
    peers["exotel"] = scene.exotel["asked"]
    peers[peer].extend({"from": 1, "at": NOW + n, "down": down} for n in range(times))


@breaks("no_hot_loop")
def a_gateway_is_asked_all_the_time(scene: Scene) -> None:
    asked(scene, "gateway", 61, down=False)


@breaks("no_hot_loop")
def a_relay_that_is_down_is_asked_all_the_time(scene: Scene) -> None:
    asked(scene, "relay", 26, down=True)


@breaks("no_hot_loop")
def exotel_that_is_down_is_asked_all_the_time(scene: Scene) -> None:
    asked(scene, "exotel", 26, down=True)


@keeps
def everybody_is_asked_often(scene: Scene) -> None:
    for peer in ("gateway", "relay", "exotel"):
        asked(scene, peer, 25, down=True)
        asked(scene, peer, 60, down=False)


# -- every rupee ---------------------------------------------------------------------------------


@breaks("money_is_seen")
def nobody_was_told_of_a_payment(scene: Scene) -> None:
    scene.payment("pay_9", "01-D", 100)


@breaks("money_at_one_counter")
def two_counters_keep_one_payment(scene: Scene) -> None:
    scene.fact("pay_5", 7_700, 2)


@breaks("foreign_money_is_told")
def dollars_are_told_to_nobody(scene: Scene) -> None:
    scene.sql("DELETE FROM flags WHERE detail = 'pay_6'")


@keeps
def dollars_are_told_on_their_bill(scene: Scene) -> None:
    scene.sql("UPDATE flags SET detail = 'other amount or currency' WHERE detail = 'pay_6'")


@breaks("false_word_is_told")
def a_payment_of_another_bill_is_shown_again(scene: Scene) -> None:
    scene.tender("01-D", "own_upi", 5_000, scene.gateway["payments"]["pay_3"]["rrn"])


@keeps
def a_payment_of_another_bill_is_found_out(scene: Scene) -> None:
    rrn = scene.gateway["payments"]["pay_3"]["rrn"]
    scene.tender("01-D", "own_upi", 5_000, rrn)
    scene.flag("01-D", "mismatch", 5_000, f"paid for another bill {rrn}")


@breaks("false_word_is_told")
def a_payment_is_said_to_be_more_than_it_is(scene: Scene) -> None:
    scene.tender("01-D", "own_upi", 15_000, scene.gateway["payments"]["pay_4"]["rrn"])


@keeps
def a_payment_that_is_less_than_was_said_is_found_out(scene: Scene) -> None:
    rrn = scene.gateway["payments"]["pay_4"]["rrn"]
    scene.tender("01-D", "own_upi", 15_000, rrn)
    scene.flag("01-D", "mismatch", 5_000, f"the bank says less {rrn}")


@breaks("one_bill_for_an_rrn")
def one_word_pays_two_bills(scene: Scene) -> None:
    scene.tender("01-D", "own_upi", 5_000, "555500000001")


@breaks("abandoned_without_money")
def a_bill_is_given_up_with_cash_on_it(scene: Scene) -> None:
    scene.tender("01-C", "cash", 100)


@breaks("money_somewhere")
def late_money_is_forgotten(scene: Scene) -> None:
    scene.sql("DELETE FROM flags WHERE kind = 'late'")


@breaks("money_somewhere")
def late_money_is_closed_without_a_word(scene: Scene) -> None:
    scene.sql("DELETE FROM flags WHERE kind = 'late'")
    scene.flag("01-C", "late", 40_000, "pay_3", "taken back")


@keeps
def late_money_was_accepted_by_a_manager(scene: Scene) -> None:
    scene.sql("DELETE FROM flags WHERE kind = 'late'")
    scene.flag("01-C", "late", 40_000, "pay_3", "accepted: paid for the next one")


@keeps
def late_money_is_owed(scene: Scene) -> None:
    scene.sql("DELETE FROM flags WHERE kind = 'late'")
    scene.refund("late-pay_3", "01-C", "pay_3", 40_000, "failed")


@breaks("money_somewhere")
def a_part_is_told_to_nobody(scene: Scene) -> None:
    scene.sql("DELETE FROM flags WHERE kind = 'part'")


@breaks("inbox_knows_how_much")
def the_inbox_knows_of_less(scene: Scene) -> None:
    scene.sql("UPDATE flags SET amount = 39999 WHERE kind = 'late'")


@breaks("money_in_one_place")
def money_on_a_bill_is_in_the_inbox_too(scene: Scene) -> None:
    scene.flag("01-A", "duplicate", 50_000, "pay_1")


@breaks("not_given_back_twice")
def a_bill_keeps_what_went_back(scene: Scene) -> None:
    scene.refund("dup-pay_1", "01-A", "pay_1", 10_000)
    scene.given_back("dup-pay_1", "pay_1", 10_000)


# -- money that goes back --------------------------------------------------------------------------


@breaks("goods_within_bill")
def goods_bring_back_what_no_bill_took(scene: Scene) -> None:
    scene.refund("ret-01-C-1", "01-C", "pay_3", 10_000)
    scene.given_back("ret-01-C-1", "pay_3", 10_000)


@breaks("goods_within_bill")
def goods_bring_back_more_than_they_cost(scene: Scene) -> None:
    scene.refund("ret-01-A-2", "01-A", "pay_1", 30_001, "failed")


@breaks("refunds_are_asked_for")
def a_refund_that_nobody_asked_for(scene: Scene) -> None:
    scene.given_back("who-knows", "pay_3", 10_000, "failed")


@keeps
def a_refund_of_the_dashboard(scene: Scene) -> None:
    scene.given_back("", "pay_3", 10_000)


@breaks("refunded_once")
def two_attempts_both_went_through(scene: Scene) -> None:
    scene.paid("pay_9", "01-A", 20_000)
    scene.refund("dup-pay_9", "01-A", "pay_9", 10_000)
    scene.sql("UPDATE refunds SET attempt = 2 WHERE key = 'dup-pay_9'")
    for key in ("dup-pay_9", "dup-pay_9-2"):
        scene.given_back(key, "pay_9", 10_000)


@breaks("refunds_end")
def a_refund_never_ends(scene: Scene) -> None:
    scene.refund("late-pay_3", "01-C", "pay_3", 40_000, "pending")


@breaks("refund_books_are_true")
def a_refund_is_called_done(scene: Scene) -> None:
    scene.refund("late-pay_3", "01-C", "pay_3", 40_000)


@breaks("refund_books_are_true")
def a_refund_is_called_failed(scene: Scene) -> None:
    scene.sql("DELETE FROM flags WHERE kind = 'late'")
    scene.refund("late-pay_3", "01-C", "pay_3", 40_000, "failed")
    scene.given_back("late-pay_3", "pay_3", 40_000)


@breaks("refund_books_are_true")
def a_refund_of_another_amount(scene: Scene) -> None:
    scene.refund("late-pay_3", "01-C", "pay_3", 40_000, "failed")
    scene.given_back("late-pay_3", "pay_3", 39_900, "failed")


# -- told once -----------------------------------------------------------------------------------


@breaks("told_once")
def a_statement_is_written_down_twice(scene: Scene) -> None:
    scene.sql("CREATE TABLE bare AS SELECT * FROM facts")
    scene.sql("DROP TABLE facts")
    scene.sql("ALTER TABLE bare RENAME TO facts")
    # Behind all others, as the program would write it.
    scene.sql("INSERT INTO facts SELECT * FROM facts ORDER BY fact_seq")
    scene.sql("UPDATE facts SET fact_seq = rowid")


@breaks("told_once")
def an_entry_stands_twice(scene: Scene) -> None:
    scene.sql("CREATE TABLE bare AS SELECT * FROM flags")
    scene.sql("DROP TABLE flags")
    scene.sql("ALTER TABLE bare RENAME TO flags")
    scene.sql("INSERT INTO flags SELECT * FROM flags")


# -- the judge -------------------------------------------------------------------------------------


def test_a_sound_day_keeps_every_promise(scene: Scene) -> None:
    scene.look()
    scene.rest()
    scene.rest()


@pytest.mark.parametrize(("promise", "act"), WRONG, ids=lambda part: getattr(part, "__name__", ""))
def test_what_is_broken_is_named(scene: Scene, promise: str, act: Act) -> None:
    assert judged(scene, act)[0] == promise


@pytest.mark.parametrize("act", RIGHT, ids=lambda act: act.__name__)
def test_what_may_happen_breaks_nothing(scene: Scene, act: Act) -> None:
    scene.rest()
    act(scene)
    scene.rest()


def test_every_line_that_judges_has_found_something(empty: Path, tmp_path: Path) -> None:
    """A promise that no history can break promises nothing."""
    found = set()
    for number, (_, act) in enumerate(WRONG):
        folder = tmp_path / str(number)
        folder.mkdir()
        scene = Scene(empty, folder)
        sound(scene)
        found.add(judged(scene, act)[1:])
        scene.close()
    assert judges() - found == set()


def judged(scene: Scene, act: Act) -> tuple[str, str, int]:
    """(promise, file, line) of what does not hold after ``act``; all was well before."""
    scene.rest()
    act(scene)
    with pytest.raises(Broken) as caught:
        scene.rest()
    trace: TracebackType | None = caught.value.__traceback__
    places = []
    while trace is not None:
        places.append((Path(trace.tb_frame.f_code.co_filename).name, trace.tb_lineno))
        trace = trace.tb_next
    return (caught.value.promise, *places[-2])


def judges() -> set[tuple[str, int]]:
    """(file, line) of every call of ``hold``."""
    found = set()
    for module in (checker, money):
        path = Path(str(module.__file__))
        calls = [n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.Call)]
        names = [(call.func, call.lineno) for call in calls]
        found |= {(path.name, at) for f, at in names if isinstance(f, ast.Name) and f.id == "hold"}
    return found
