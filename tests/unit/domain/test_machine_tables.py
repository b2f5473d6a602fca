"""The tables of the payment machines in the documentation are those of the code."""

from pos_desktop.domain.collect import ENTERING, Entering
from pos_desktop.domain.payment import CollectState
from tests.support.machine_tables import (
    DOCUMENT,
    collect_table,
    entering_table,
    inserted,
    refund_table,
)


def test_the_documented_machines_are_the_real_ones() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert inserted(text) == text, "run: python -m tests.support.machine_tables"
    assert collect_table() in text
    assert refund_table() in text


def test_a_table_that_differs_is_noticed() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    changed = text.replace("| paid |", "| open |", 1)
    assert changed != text
    assert inserted(changed) == text


def test_every_state_has_its_line() -> None:
    assert collect_table().count("\n") == 9
    assert refund_table().count("\n") == 6
    assert entering_table().count("\n") == 9
    assert "| requested | open | refused | unknown | - | paid | closing | - | unknown |" in (
        collect_table()
    )


def test_what_entering_a_state_brings_is_written_beside_it() -> None:
    marks = "<!-- entering table -->\n<!-- end of entering table -->"
    assert entering_table() in inserted(marks)
    assert "| closing | ask to close, watch, end the picture |" in entering_table()
    assert "| unknown | - |" in entering_table()


def test_every_state_says_what_entering_it_brings() -> None:
    assert set(ENTERING) == set(CollectState)
    assert {effect for told in ENTERING.values() for effect in told} == set(Entering)
