"""A counter in a process of its own, to be killed: ``python -m pos_desktop.story.child STORY
ENDPOINTS DATA``. Commands come on standard input, one JSON line each, and so do the answers go."""

import os
import select
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

from pos_desktop.story.far import Answer, Command
from pos_desktop.story.scenes import STORIES
from pos_desktop.story.window import HereWindow, Place

_TURN_S = 0.005


def main(name: str, endpoints: str, data: str) -> int:
    """Serve the window until nobody commands it any more."""
    wanted = STORIES[name].wanted
    window = HereWindow(Place(Path(data), Path(endpoints), wanted), lambda: None)
    try:
        for line in _lines(window):
            answer = _obey(window, msgspec.json.decode(line, type=Command))
            os.write(1, msgspec.json.encode(answer) + b"\n")
    finally:
        window.end()
    return 0


def _lines(window: HereWindow) -> Iterator[bytes]:
    """Commands as they come; meanwhile the window is served. Ends with the one who commands."""
    buffer = b""
    while True:
        readable, _, _ = select.select([0], [], [], _TURN_S)
        window.turn()
        if not readable:
            continue
        piece = os.read(0, 65_536)
        if not piece:
            return
        *lines, buffer = (buffer + piece).split(b"\n")
        yield from lines


def _obey(window: HereWindow, command: Command) -> Answer:
    text = command.text
    match command.do:
        case "scan":
            return Answer(took=window.scan(text))
        case "press":
            window.press(text)
        case "write":
            window.write(text)
        case "shot":
            window.shot(Path(text))
        case "see":
            return Answer(seen=window.see())
    return Answer(ready=window.ready())


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
