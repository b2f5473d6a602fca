"""What the last look over the gateway's account found, in one line. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pos_desktop.gui.presenters.wording import moment, rupees
from pos_desktop.gui.texts import say

if TYPE_CHECKING:
    from pos_desktop.services.sweep_result import SweepResult

_DOUBTS = {
    "asked": "swept_asked",
    "missing": "swept_missing",
    "extra": "swept_extra",
    "unnamed": "swept_unnamed",
}


def reconciled_words(result: SweepResult | None) -> str:
    """When it was, how much matches, and what does not."""
    if result is None:
        return say("swept_never")
    matched = result.matched
    parts = [say("swept", time=moment(result.end))]
    if matched.count:
        parts.append(say("swept_matched", n=matched.count, amount=rupees(matched.amount)))
    for kind, code in _DOUBTS.items():
        tally = getattr(result, kind)
        if tally.count:
            parts.append(say(code, n=tally.count, amount=rupees(tally.amount)))
    if result.clean:
        parts.append(say("swept_clean"))
    return " · ".join(parts)
