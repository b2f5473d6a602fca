"""Which packages must be covered to the last branch, and what is missing from that.

Input is coverage's own JSON report; the packages are those where a wrong branch costs money.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

PERFECT = ("pos_desktop/domain", "pos_desktop/services", "pos_desktop/wire")


def ranges(lines: Sequence[int]) -> list[str]:
    """Neighbouring lines as one word: 3, 4, 5, 9 become "3-5", "9"."""
    words: list[list[int]] = []
    for line in lines:
        if words and line == words[-1][1] + 1:
            words[-1][1] = line
        else:
            words.append([line, line])
    return [str(first) if first == last else f"{first}-{last}" for first, last in words]


def gaps(report: Mapping[str, Any]) -> list[str]:
    """One sentence for each file of ``PERFECT`` with a line or branch that no test took."""
    found: list[str] = []
    files: Mapping[str, Any] = report["files"]
    for package in PERFECT:
        inside = sorted(name for name in files if name.startswith(f"{package}/"))
        if not inside:
            found.append(f"{package}: nothing was measured")
        for name in inside:
            lines = files[name]["missing_lines"]
            branches = files[name].get("missing_branches")
            if branches is None:
                found.append(f"{name}: branches were not measured")
            elif lines or branches:
                arrows = [f"{start}->{end}" for start, end in branches if start not in lines]
                found.append(f"{name}: not taken: {', '.join([*ranges(lines), *arrows])}")
    return found


def gaps_in(report: Path) -> list[str]:
    """The gaps of a report file; a file that is not there is a gap too."""
    if not report.is_file():
        return ["no coverage was measured"]
    return gaps(json.loads(report.read_text(encoding="utf-8")))
