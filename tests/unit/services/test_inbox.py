"""The exceptions inbox: every entry can be decided, and none leaves it silently."""

from dataclasses import replace
from pathlib import Path

import pytest

from pos_desktop.domain.errors import DomainError
from pos_desktop.domain.payment import CollectKind, CollectState
from pos_desktop.domain.people import Approval
from pos_desktop.domain.refund import RefundState
from pos_desktop.domain.sale import SaleState, Tender, TenderKind
from pos_desktop.ports import Capabilities
from pos_desktop.services.solving import close_solved, solved
from pos_desktop.services.views import InboxChoice
from tests.support.money_till import DUE, REFUSED, UNAVAILABLE, MoneyTill
from tests.support.till import PHONE

OTHER_PHONE = "+919811111111"


def kinds(money: MoneyTill) -> list[str]:
    return [entry.kind for entry in money.inbox.entries()]


def raised(money: MoneyTill, kind: str, detail: str, order_id: str = "", amount: int = 100) -> None:
    """An entry that another part of the counter opens."""
    with money.store.write() as uow:
        assert uow.flags.raise_flag(order_id, kind, amount, money.clock.now(), detail, "look")
        uow.commit()


def refusal(money: MoneyTill, choice: InboxChoice) -> str:
    with pytest.raises(DomainError) as refused:
        money.inbox.act(choice)
    return refused.value.code


def test_late_money_is_given_back_with_one_key(money: MoneyTill) -> None:
    sale, fact = money.late_money()
    entry = money.entry("late")
    assert (entry.actions, entry.manager) == (("refund",), frozenset({"refund"}))
    assert (entry.order_id, entry.amount, entry.token_no) == (sale.order_id, DUE, sale.token_no)
    assert (entry.payment_id, entry.rrn, entry.invoice_number) == (fact.payment_id, fact.rrn, None)
    money.decide(entry, "refund")
    assert kinds(money) == []
    (owed,) = money.refunds.owed()
    assert (owed.key, owed.amount, owed.reason, owed.state) == ("dup-pay_1", DUE, "late", "asked")
    # Never issued: its token is all that names the bill.
    assert (owed.invoice_number, owed.token_no) == (None, sale.token_no)
    assert money.closed(sale.order_id) == [("late", "refund asked dup-pay_1")]
    assert money.told_by_ledger("flag.closed") == [
        {
            "order_id": sale.order_id, "kind": "late", "detail": "pay_1",
            "how": "refund asked dup-pay_1", "approved_by": "Meera",
        }
    ]  # fmt: skip
    money.run(5)
    assert money.gateway.given("pay_1") == DUE
    assert kinds(money) == []


def test_pressed_twice_is_refunded_once(money: MoneyTill) -> None:
    money.late_money()
    entry = money.entry("late")
    money.decide(entry, "refund")
    choice = InboxChoice(entry.flag_id, "refund", "Asha", money.yes())
    assert refusal(money, choice) == "entry_closed"
    assert refusal(money, replace(choice, flag_id=99)) == "entry_closed"
    money.run(5)
    assert money.gateway.given("pay_1") == DUE
    assert len(money.gateway.refunded) == 1


def test_a_refund_that_fails_comes_back_into_the_inbox(money: MoneyTill) -> None:
    money.late_money()
    money.gateway.trouble.append(REFUSED)
    money.decide(money.entry("late"), "refund")
    money.run(5)
    entry = money.entry("refund_failed")
    assert entry.actions == ("refund_again", "check_again", "given_otherwise")
    assert (entry.amount, entry.payment_id) == (DUE, "pay_1")
    money.decide(entry, "refund_again")
    assert kinds(money) == []
    money.run(5)
    assert money.refund("dup-pay_1").state is RefundState.PENDING
    assert money.gateway.given("pay_1") == DUE


MANAGED = ("refund", "attach", "refund_again", "given_otherwise", "accept")


@pytest.mark.parametrize("action", MANAGED)
def test_what_moves_money_needs_a_manager_now(money: MoneyTill, action: str) -> None:
    money.late_money()
    money.waiting()
    raised(money, "mismatch", "other currency or amount")
    raised(money, "refund_failed", "dup-pay_1")
    with money.store.read() as uow:
        flags = {flag.kind: flag.flag_id for flag in uow.flags.open()}
    failed = dict.fromkeys(("refund_again", "given_otherwise"), "refund_failed")
    flag_id = flags[({"accept": "mismatch"} | failed).get(action, "late")]
    old = Approval("Meera", money.clock.now() - 3_600_000, action)
    for approval in (None, old):
        choice = InboxChoice(flag_id, action, "Asha", approval, "checked")
        assert refusal(money, choice) == "approval_needed"
    assert refusal(money, replace(choice, action="collect_rest")) == "not_offered"


def test_a_double_payment_with_its_bill(money: MoneyTill) -> None:
    sale, reference = money.waiting()
    money.gateway.pay(reference)
    money.gateway.pay(reference)
    money.run(10)
    entry = money.entry("duplicate")
    assert (entry.payment_id, entry.invoice_number) == ("pay_2", "P2A/2627/000001")
    money.decide(entry, "refund")
    money.run(5)
    assert (money.gateway.given("pay_1"), money.gateway.given("pay_2")) == (0, DUE)
    assert money.story(sale.order_id).excess == 0


def test_a_trifle_too_much_can_only_be_accepted(money: MoneyTill) -> None:
    sale, reference = money.waiting()
    money.gateway.pay(reference, DUE + 99)
    money.run(10)
    entry = money.entry("over")
    assert entry.actions == ("check_again", "accept")
    choice = InboxChoice(entry.flag_id, "accept", "Asha", money.yes(), " ")
    assert refusal(money, choice) == "reason_needed"
    money.decide(entry, "accept", reason=" given in coins ")
    assert money.closed(sale.order_id) == [("over", "accepted: given in coins")]


def test_too_much_in_one_payment_goes_back_in_part(money: MoneyTill) -> None:
    _, reference = money.waiting()
    money.gateway.pay(reference, DUE + 6300)
    money.run(10)
    money.decide(money.entry("over"), "refund")
    money.run(5)
    assert money.gateway.given("pay_1") == 6300
    assert kinds(money) == []


def test_dollars_need_a_person_and_no_refund_in_rupees(money: MoneyTill) -> None:
    sale, reference = money.given_up()
    fact = replace(money.gateway.pay(reference), currency="USD")
    money.gateway.seen[reference] = replace(money.gateway.seen[reference], payments=(fact,))
    money.run(40)
    assert {entry.actions for entry in money.inbox.entries()} == {("check_again", "accept")}
    assert kinds(money) == ["late"]
    money.run(10)
    assert kinds(money) == ["late"]
    assert sale.state is SaleState.ABANDONED


# -- part payments ---------------------------------------------------------------------------------


def test_the_rest_is_asked_for_and_the_entry_stays_until_it_is_paid(money: MoneyTill) -> None:
    sale, reference = money.waiting()
    money.gateway.pay(reference, 10000)
    money.run(10)
    entry = money.entry("part")
    assert (entry.actions, entry.manager) == (("collect_rest", "refund"), frozenset({"refund"}))
    money.inbox.act(InboxChoice(entry.flag_id, "collect_rest", "Asha"))
    money.run(5)
    rest = money.collect(sale.order_id, 2)
    assert (rest.amount, rest.kind.value) == (13700, "qr")
    assert kinds(money) == ["part"]
    money.gateway.pay(rest.reference)
    money.run(5)
    assert money.sale(sale.order_id).state is SaleState.ISSUED
    assert kinds(money) == []
    assert money.closed(sale.order_id) == [("part", "paid")]


@pytest.mark.parametrize(("remote", "qr"), [(True, True), (False, False)])
def test_who_is_not_here_or_has_no_qr_gets_a_link(money: MoneyTill, remote: bool, qr: bool) -> None:
    gateway = replace(money.options.gateway, qr_enabled=qr)
    money.options = replace(money.options, gateway=gateway)
    sale = money.checkout.request(money.order(), remote=remote)
    money.settle_down()
    money.gateway.pay(f"{sale.order_id}-1", 10000)
    money.run(10)
    choice = InboxChoice(money.entry("part").flag_id, "collect_rest", "Asha")
    money.inbox.act(choice)
    money.run(5)
    assert money.collect(sale.order_id, 2).kind.value == "link"


@pytest.mark.parametrize("remote", [True, False])
def test_the_rest_where_no_request_may_go_any_more(money: MoneyTill, remote: bool) -> None:
    """At the counter the screen shows the link; who is not there would never see it."""
    gateway = replace(money.options.gateway, qr_enabled=False)
    money.options = replace(money.options, gateway=gateway)
    sale = money.checkout.request(money.order(), remote=remote)
    for _ in range(2):
        money.run(5)
        money.checkout.send_again(sale.order_id, "Asha")
    money.run(5)
    money.gateway.pay(f"{sale.order_id}-1", 10000)
    money.run(60)
    choice = InboxChoice(money.entry("part").flag_id, "collect_rest", "Asha")
    if remote:
        with pytest.raises(DomainError, match="too_many_requests"):
            money.inbox.act(choice)
        assert money.collect(sale.order_id).state is CollectState.OPEN
        return
    money.inbox.act(choice)
    money.run(5)
    rest = money.collect(sale.order_id, 2)
    assert (rest.kind, rest.state, rest.amount) == (
        CollectKind.LINK,
        CollectState.OPEN,
        DUE - 10000,
    )
    assert len(money.messenger.sent) == 3
    assert money.bill(sale.order_id).can_show_qr


def test_a_part_that_is_given_back_leaves_the_whole_bill_open(money: MoneyTill) -> None:
    """Not a rupee of it pays for the bill any more, although the gateway has not said so yet."""
    sale, reference = money.waiting()
    money.gateway.pay(reference, 10000)
    money.run(10)
    money.decide(money.entry("part"), "refund")
    assert kinds(money) == []
    money.run(5)
    assert money.gateway.given("pay_1") == 10000
    assert money.story(sale.order_id).open_amount == DUE
    money.gateway.pay(reference, 13700)
    money.run(10)
    assert money.sale(sale.order_id).state is SaleState.AWAITING
    assert [(entry.kind, entry.detail) for entry in money.inbox.entries()] == [
        ("part", "part 13700 in 2")
    ]
    money.inbox.act(InboxChoice(money.entry("part").flag_id, "collect_rest", "Asha"))
    money.run(5)
    assert money.collect(sale.order_id, 2).amount == 10000
    money.gateway.pay(f"{sale.order_id}-2")
    money.run(10)
    assert money.sale(sale.order_id).state is SaleState.ISSUED
    with money.store.read() as uow:
        tenders = {t.reference: t.amount for t in uow.tenders.of(sale.order_id)}
    assert tenders == {"pay_2": 13700, "pay_3": 10000}
    assert kinds(money) == []


def test_every_part_goes_back(money: MoneyTill) -> None:
    sale, reference = money.waiting()
    money.gateway.pay(reference, 10000)
    money.run(10)
    money.gateway.pay(reference, 5000)
    money.run(10)
    assert [entry.detail for entry in money.inbox.entries()] == ["part 15000 in 2"]
    assert money.closed(sale.order_id) == [("part", "part 15000 now")]
    money.decide(money.entry("part"), "refund")
    money.run(5)
    assert (money.gateway.given("pay_1"), money.gateway.given("pay_2")) == (10000, 5000)
    assert money.closed(sale.order_id)[1] == ("part", "refund asked dup-pay_1, dup-pay_2")


def test_a_part_that_somebody_else_gave_back_solves_itself(money: MoneyTill) -> None:
    sale, reference = money.waiting()
    money.gateway.pay(reference, 10000)
    money.run(10)
    money.gateway.tell_back("pay_1", elsewhere=10000)
    money.run(40)
    assert money.closed(sale.order_id) == [("part", "given back")]
    assert money.gateway.refunded == {}


# -- attaching -------------------------------------------------------------------------------------


def test_late_money_is_attached_to_the_bill_that_followed(money: MoneyTill) -> None:
    """The customer paid the old link after a new bill of the same goods was made for her."""
    old, _ = money.late_money()
    stranger, _ = money.waiting(OTHER_PHONE)
    new, _ = money.waiting()
    unknown, _ = money.waiting(None)
    entry = money.entry("late")
    assert entry.actions == ("refund", "attach")
    assert [order_id for order_id, _, _ in entry.attach_to] == [
        new.order_id, stranger.order_id, unknown.order_id,
    ]  # fmt: skip
    assert entry.attach_to[0] == (new.order_id, new.token_no, DUE)
    money.decide(entry, "attach", target=new.order_id)
    paid = money.sale(new.order_id)
    assert (paid.state, paid.confirmed_by) == (SaleState.ISSUED, "poll")
    assert [news.order_id for news in money.heard.news] == [new.order_id]
    with money.store.read() as uow:
        (tender,) = uow.tenders.of(new.order_id)
    assert (tender.kind, tender.amount, tender.reference, tender.by, tender.approved_by) == (
        TenderKind.GATEWAY_LINK, DUE, "pay_1", "razorpay", "Meera",
    )  # fmt: skip
    assert money.closed(old.order_id) == [("late", f"attached to {new.order_id}")]
    assert money.told_by_ledger("money.attached")[0]["to"] == new.order_id
    money.run(40)
    money.ask_again(old)
    assert kinds(money) == []
    assert (money.story(old.order_id).excess, money.story(new.order_id).open_amount) == (0, 0)


def test_attached_money_goes_back_for_goods_of_its_new_bill(money: MoneyTill) -> None:
    old, _ = money.late_money()
    new, _ = money.waiting()
    money.decide(money.entry("late"), "attach", target=new.order_id)
    assert money.refunds.offer(new.order_id).payable == DUE
    money.back(new, (1, 1000), (2, 1000))
    money.run(5)
    assert money.gateway.given("pay_1") == DUE
    with pytest.raises(DomainError, match="not_issued"):
        money.refunds.offer(old.order_id)
    assert money.story(new.order_id).open_amount == 0


def test_attached_by_a_qr_of_the_screen(money: MoneyTill) -> None:
    money.late_money(None)
    new, _ = money.waiting()
    money.decide(money.entry("late"), "attach", target=new.order_id)
    with money.store.read() as uow:
        assert [t.kind for t in uow.tenders.of(new.order_id)] == [TenderKind.GATEWAY_QR]


def test_money_is_attached_once_and_only_where_it_fits(money: MoneyTill) -> None:
    money.late_money()
    new, reference = money.waiting()
    other, _ = money.waiting()
    money.gateway.pay(reference, 10000)
    money.run(5)
    entry = money.entry("late")
    assert [order_id for order_id, _, _ in entry.attach_to] == [other.order_id]
    approval = money.yes()
    choice = InboxChoice(entry.flag_id, "attach", "Asha", approval, target=new.order_id)
    assert refusal(money, choice) == "amount_differs"
    assert refusal(money, replace(choice, target="nothing")) == "not_waiting"
    assert refusal(money, replace(choice, target=entry.order_id)) == "not_waiting"
    money.inbox.act(replace(choice, target=other.order_id))
    assert refusal(money, replace(choice, target=other.order_id)) == "entry_closed"
    assert money.sale(other.order_id).state is SaleState.ISSUED
    assert money.sale(new.order_id).state is SaleState.AWAITING


def test_what_was_given_back_meanwhile_is_not_attached(money: MoneyTill) -> None:
    sale, _ = money.late_money()
    new, _ = money.waiting()
    entry = money.entry("late")
    money.gateway.tell_back("pay_1", elsewhere=DUE)
    with money.store.write() as uow:
        reference, fact = money.gateway._payment("pay_1")
        uow.facts.add(sale.order_id, reference, fact, money.clock.now())
        uow.commit()
    choice = InboxChoice(entry.flag_id, "attach", "Asha", money.yes(), target=new.order_id)
    assert refusal(money, choice) == "not_offered"
    money.run(6)
    assert money.closed(sale.order_id) == [("late", "given back")]


def test_a_killed_attachment_leaves_all_or_nothing(money: MoneyTill) -> None:
    money.late_money()
    new, _ = money.waiting()
    entry = money.entry("late")
    money.store.broken = 1
    choice = InboxChoice(entry.flag_id, "attach", "Asha", money.yes(), target=new.order_id)
    with pytest.raises(Exception, match="disk"):
        money.inbox.act(choice)
    money.restart()
    assert money.sale(new.order_id).state is SaleState.AWAITING
    assert money.entry("late") == entry
    money.decide(entry, "attach", target=new.order_id)
    assert money.sale(new.order_id).state is SaleState.ISSUED


def test_money_that_names_nobody_may_be_attached(money: MoneyTill) -> None:
    """Somebody paid by another way of the shop, and a manager finds out for what."""
    fact = replace(money.gateway.pay(money.waiting()[1]), payment_id="pay_77")
    with money.store.write() as uow:
        uow.facts.add("", "", fact, money.clock.now())
        uow.commit()
    raised(money, "unmatched", "pay_77", amount=DUE)
    new, _ = money.waiting(OTHER_PHONE)
    entry = money.entry("unmatched")
    assert entry.actions == ("attach", "accept", "refund")
    assert (entry.token_no, entry.payment_id) == (None, "pay_77")
    money.decide(entry, "attach", target=new.order_id)
    with money.store.read() as uow:
        assert [t.kind for t in uow.tenders.of(new.order_id)] == [TenderKind.GATEWAY_QR]


def test_what_counts_for_a_bill_by_its_rrn_is_not_stray(money: MoneyTill) -> None:
    """The day's list brings the bank's word about an RRN that a manager had stood for."""
    sale, reference = money.waiting()
    fact = replace(money.gateway.pay(reference), payment_id="pay_77", rrn="632712345678")
    with money.store.write() as uow:
        uow.facts.add("", "", fact, money.clock.now())
        tender = Tender(TenderKind.OWN_UPI, DUE, 1, "Asha", reference="632712345678")
        uow.tenders.add(sale.order_id, tender)
        uow.commit()
    raised(money, "unmatched", "pay_77", amount=DUE)
    raised(money, "asserted_unconfirmed", "632712345678", sale.order_id, DUE)
    assert money.entry("asserted_unconfirmed").rrn == "632712345678"
    assert money.entry("asserted_unconfirmed").actions == ("accept",)
    money.solving.step(money.clock.now() + 6000)
    assert money.closed("") == [("unmatched", "counted for a bill")]
    assert money.closed(sale.order_id) == [("asserted_unconfirmed", "confirmed by the bank")]


# -- the others ------------------------------------------------------------------------------------


def test_a_mismatch_is_checked_and_then_accepted(money: MoneyTill) -> None:
    sale, reference = money.waiting()
    raised(money, "mismatch", "other currency or amount", sale.order_id)
    entry = money.entry("mismatch")
    assert entry.actions == ("check_again", "accept")
    before = money.gateway.calls.count(f"fetch {reference}")
    money.inbox.act(InboxChoice(entry.flag_id, "check_again", "Asha"))
    money.tick()
    assert money.gateway.calls.count(f"fetch {reference}") == before + 1
    money.decide(money.entry("mismatch"), "accept", reason="seen at the bank")
    assert kinds(money) == []


def test_a_mismatch_that_names_spare_money_can_be_refunded(money: MoneyTill) -> None:
    sale, _ = money.late_money()
    raised(money, "mismatch", "missing pay_1", sale.order_id, DUE)
    entry = money.entry("mismatch")
    assert entry.actions == ("check_again", "refund", "accept")
    money.decide(entry, "refund")
    money.run(6)
    assert money.closed(sale.order_id) == [
        ("late", "given back"), ("mismatch", "refund asked dup-pay_1"),
    ]  # fmt: skip
    assert money.gateway.given("pay_1") == DUE


def test_a_mismatch_about_a_refund_offers_no_other_refund(money: MoneyTill) -> None:
    sale, _ = money.sold()
    money.back(sale, (1, 1000))
    raised(money, "mismatch", "ret-pay_1-1 other amount or payment", sale.order_id)
    raised(money, "mismatch", "ret-pay_1-1", sale.order_id)
    assert [e.actions for e in money.inbox.entries()] == [("check_again", "accept")] * 2


def test_an_unreachable_gateway_is_asked_for_everybody(money: MoneyTill) -> None:
    _, reference = money.waiting()
    raised(money, "gateway_unreachable", "since 10:15")
    entry = money.entry("gateway_unreachable")
    assert (entry.actions, entry.manager, entry.payment_id) == (("check_again",), frozenset(), "")
    before = money.gateway.calls.count(f"fetch {reference}")
    money.inbox.act(InboxChoice(entry.flag_id, "check_again", "Asha"))
    money.tick()
    assert money.gateway.calls.count(f"fetch {reference}") == before + 1
    assert kinds(money) == ["gateway_unreachable"]


def test_a_collect_that_the_gateway_never_named_is_asked_by_the_outbox(money: MoneyTill) -> None:
    sale = money.checkout.request(money.order())
    raised(money, "unknown_outcome", f"{sale.order_id}-1", sale.order_id)
    entry = money.entry("unknown_outcome")
    money.inbox.act(InboxChoice(entry.flag_id, "check_again", "Asha"))
    assert money.collect(sale.order_id).next_ask_at is None
    money.run(5)
    assert kinds(money) == ["unknown_outcome"]


def test_checking_a_refund_that_is_still_to_be_asked_changes_nothing(money: MoneyTill) -> None:
    sale, _ = money.sold()
    money.back(sale, (1, 1000))
    raised(money, "unknown_outcome", "ret-pay_1-1", sale.order_id)
    entry = money.entry("unknown_outcome")
    money.inbox.act(InboxChoice(entry.flag_id, "check_again", "Asha"))
    assert money.refund("ret-pay_1-1").next_ask_at is None
    with money.store.read() as uow:
        assert [solved(uow, flag) for flag in uow.flags.open()] == [None]


def test_goods_that_went_unpaid(money: MoneyTill) -> None:
    sale, _ = money.waiting()
    money.checkout.hand_over_unpaid(sale.order_id, money.yes())
    entry = money.entry("handed_over_unpaid")
    assert entry.actions == ("collect_rest", "accept")
    money.decide(entry, "accept", reason="pays tomorrow")
    assert kinds(money) == []


@pytest.mark.parametrize("kind", ["handed_over_unpaid", "risk_taken", "part"])
def test_entries_of_bills_that_wait_no_more(money: MoneyTill, kind: str) -> None:
    sale, _ = money.given_up()
    raised(money, kind, "by Meera", sale.order_id)
    accepted = ("accept",) if kind == "handed_over_unpaid" else ("check_again", "accept")
    assert money.entry(kind).actions == accepted


def test_cash_at_a_risk_is_told_until_nothing_can_be_paid(money: MoneyTill) -> None:
    sale, _ = money.waiting()
    money.gateway.trouble.extend([UNAVAILABLE] * 12)
    money.checkout.cash_for_waiting(sale.order_id, DUE, "Ravi", risk=True)
    entry = money.entry("risk_taken")
    assert (entry.detail, entry.actions) == ("cash taken by Ravi", ("check_again", "accept"))
    money.run(12)
    assert kinds(money) == ["risk_taken"]
    money.gateway.trouble.clear()
    money.run(120)
    assert kinds(money) == []
    assert money.closed(sale.order_id) == [("risk_taken", "nothing came")]


def test_cash_at_a_risk_that_was_paid_as_well_is_a_duplicate(money: MoneyTill) -> None:
    sale, reference = money.waiting()
    money.checkout.cash_for_waiting(sale.order_id, DUE, "Ravi", risk=True)
    money.gateway.pay(reference)
    money.run(120)
    assert kinds(money) == ["duplicate"]
    assert money.closed(sale.order_id) == [("risk_taken", "paid as well")]


def test_cash_where_nothing_could_be_paid_was_no_risk(money: MoneyTill) -> None:
    sale = money.checkout.request(money.order())
    money.checkout.cash_for_waiting(sale.order_id, DUE, "Ravi", risk=True)
    assert kinds(money) == []


def test_two_counters_with_one_identity_are_told(money: MoneyTill, tmp_path: Path) -> None:
    """A disk was copied: both name their first request alike."""
    (tmp_path / "copy").mkdir()
    copy = MoneyTill(tmp_path / "copy")
    first, _ = money.waiting()
    copy.gateway.seen = money.gateway.seen
    second = copy.checkout.request(copy.order())
    copy.settle_down()
    assert second.order_id == first.order_id
    bill = copy.bill(second.order_id)
    assert (bill.words, bill.attention, bill.can_show_qr) == ("reference_taken", True, False)
    assert copy.messenger.sent == []
    entry = copy.entry("reference_taken")
    assert (entry.amount, entry.actions) == (DUE, ("accept",))
    money.gateway.pay(f"{first.order_id}-1")
    money.run(10)
    copy.run(10)
    assert money.sale(first.order_id).state is SaleState.ISSUED
    assert copy.sale(second.order_id).state is SaleState.AWAITING
    assert kinds(money) == []
    copy.store.close()


def test_an_entry_whose_bill_is_gone(money: MoneyTill) -> None:
    raised(money, "part", "part 100 in 1", "nobody")
    raised(money, "handed_over_unpaid", "by Meera", "nobody")
    raised(money, "late", "pay_1", "nobody")
    raised(money, "refund_failed", "dup-pay_1", "nobody")
    with money.store.write() as uow:
        assert [solved(uow, flag) for flag in uow.flags.open()] == [None] * 4
        close_solved(uow, money.clock.now())
        assert len(uow.flags.open()) == 4
    assert [entry.token_no for entry in money.inbox.entries()] == [None] * 4


def test_a_paid_bill_takes_its_part_along(money: MoneyTill) -> None:
    sale, _ = money.sold()
    raised(money, "part", "part 100", sale.order_id)
    money.run(6)
    assert money.closed(sale.order_id) == [("part", "paid")]


def test_the_empty_inbox(money: MoneyTill) -> None:
    money.waiting(PHONE)
    assert money.inbox.entries() == ()
    before = money.heard.changes
    assert money.solving.step(money.clock.now() + 10_000) == money.clock.now() + 15_000
    assert money.solving.step(money.clock.now() + 12_000) == money.clock.now() + 15_000
    assert money.solving.step(money.clock.now()) == money.clock.now() + 5_000
    assert money.heard.changes == before
    assert isinstance(money.gateway.capabilities(), Capabilities)
