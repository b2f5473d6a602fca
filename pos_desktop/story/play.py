"""``./run --headless``: plays stories and leaves what a person would want to look at."""

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pos_desktop.domain.errors import RaseedError, Unavailable
from pos_desktop.story.ending import Ending, attended
from pos_desktop.story.folder import check_folder, story_folder
from pos_desktop.story.scenes import STORIES


def play(name: str, out: Path, parent: int | None = None) -> int:
    """Play one story into ``out``, or ``all`` into a folder each. 0, or 1 if one failed; 2 for an
    unknown name or a folder that will not do, 3 where another story is played in it.

    Ends with process ``parent``. Raises SystemExit when a signal ends it, all being stopped.
    """
    if name != "all" and name not in STORIES:
        known = ", ".join(STORIES)
        sys.stderr.write(f"run: there is no story {name}; there are: {known}, all\n")
        return 2
    ending = Ending()
    try:
        with ending.listening(parent):
            if name == "all":
                return _play_all(out)
            sys.stdout.write(_perform(name, out, ending))
    except _Failed as error:
        sys.stderr.write(f"story {name} failed: {error}\n")
        return 1
    except RaseedError as error:
        sys.stderr.write(f"run: {error}\n")
        return 3 if isinstance(error, Unavailable) else 2
    return 0


class _Failed(Exception):
    """The story did not come to its good end; the text says why."""


def _perform(name: str, out: Path, ending: Ending) -> str:
    """What a person may read of the story that went well."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with story_folder(out):
        from pos_desktop.gui.hands import TooLate
        from pos_desktop.sandbox.surroundings import NotStarted
        from pos_desktop.story.record import Broken
        from pos_desktop.story.stage import perform

        try:
            return _summary(name, out, perform(STORIES[name], out, ending))
        except (TooLate, Broken, NotStarted) as error:
            raise _Failed(str(error)) from error


def _play_all(out: Path) -> int:
    """Each story in a process of its own: none may live on what another left in memory."""
    for name in STORIES:
        check_folder(out / name)
    failed = []
    for name in STORIES:
        command = ["-m", "pos_desktop", "run", "--headless", "--parent", str(os.getpid())]
        if attended([*command, "--story", name, "--out", str(out / name)]) != 0:
            failed.append(name)
    if failed:
        sys.stderr.write(f"failed: {', '.join(failed)}\n")
    return 1 if failed else 0


def _summary(name: str, out: Path, told: Mapping[str, Any]) -> str:
    files: dict[str, Any] = told["files"]
    lines = [f"story {name}: {_outcome(told)}"]
    lines.append(f"  screenshots  {out}/{{{','.join(files['screens'])}}}")
    if "page" in files:
        lines.append(f"  PDF          {out / 'invoice.pdf'}")
        lines.append(f"  page         {out / 'page.html'}")
    lines.append(f"  everything   {out / 'story.json'}")
    return "\n".join(lines) + "\n"


def _outcome(told: Mapping[str, Any]) -> str:
    if "proved" not in told:
        shown = json.dumps(told["seconds"])
        return f"paid, invoice {told['invoice_number']}, seconds {shown}"
    inbox = ", ".join(f"{entry['flag']} {entry['state']}" for entry in told["inbox"])
    return f"{len(told['proved'])} things proved, inbox: {inbox or 'empty'}"


def selftest() -> int:
    """One sale in a temporary folder; says only how it went. 0, or 1: the folder is kept."""
    folder = Path(tempfile.mkdtemp(prefix="raseed-selftest-"))
    ending = Ending()
    try:
        with ending.listening():
            _perform("whatsapp-qr", folder, ending)
    except (_Failed, RaseedError) as error:
        sys.stdout.write(f"self-test FAILED: {error}; see {folder}\n")
        return 1
    except SystemExit:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    shutil.rmtree(folder, ignore_errors=True)
    sys.stdout.write("self-test passed\n")
    return 0
