"""The payment machines as tables of Markdown, made from the code and kept in CONTRIBUTING.md.

``python -m tests.support.machine_tables`` writes them anew.
"""

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

from pos_desktop.domain.collect import BY_REASON, ENTERING, QUIET, Event, next_state
from pos_desktop.domain.payment import CollectState
from pos_desktop.domain.refund import RefundEvent, RefundState, next_refund_state

DOCUMENT = Path(__file__).resolve().parents[2] / "CONTRIBUTING.md"


def collect_table() -> str:
    """Every (state, event) of the collect machine; ``-``: stored, told to the inbox, no change."""
    events = [event for event in Event if event not in QUIET]
    return _table(events, [[_collect_cell(state, e) for e in events] for state in CollectState],
                  list(CollectState))  # fmt: skip


def refund_table() -> str:
    """Every (state, event) of the refund machine."""
    events = list(RefundEvent)
    return _table(events, [[_refund_cell(state, e) for e in events] for state in RefundState],
                  list(RefundState))  # fmt: skip


def entering_table() -> str:
    """What entering each state of a collect writes in the same transaction."""
    lines = [["state", "on entering"], ["---", "---"]]
    lines += [[state.value, ", ".join(ENTERING[state]) or "-"] for state in CollectState]
    return _lines(lines)


TABLES = {"collect": collect_table, "entering": entering_table, "refund": refund_table}


def inserted(text: str) -> str:
    """The document with the tables between their marks, where it has them."""
    for name, table in ((name, table()) for name, table in TABLES.items()):
        begin, end = f"<!-- {name} table -->\n", f"<!-- end of {name} table -->"
        if begin not in text:
            continue
        before, _, rest = text.partition(begin)
        _, _, after = rest.partition(end)
        text = f"{before}{begin}\n{table}\n\n{end}{after}"
    return text


def _collect_cell(state: CollectState, event: Event) -> str:
    if (state, event) in BY_REASON:
        return "by reason"
    step = next_state(state, event)
    return "-" if step.mismatch else step.state.value


def _refund_cell(state: RefundState, event: RefundEvent) -> str:
    step = next_refund_state(state, event)
    return "-" if step.mismatch else step.state.value


def _table(
    events: Sequence[StrEnum], cells: Sequence[Sequence[str]], states: Sequence[StrEnum]
) -> str:
    lines = [["from \\ event", *(event.value for event in events)], ["---"] * (len(events) + 1)]
    lines += [[state.value, *row] for state, row in zip(states, cells, strict=True)]
    return _lines(lines)


def _lines(lines: Sequence[Sequence[str]]) -> str:
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


if __name__ == "__main__":
    DOCUMENT.write_text(inserted(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
