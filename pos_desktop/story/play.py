"""``./run --headless``: plays stories and leaves what a person would want to look at."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from pos_desktop.story.scenes import STORIES


def play(name: str, out: Path) -> int:
    """Play one story into ``out``, or ``all`` into a folder each. 0, or 1 if one failed; 2 for an
    unknown name."""
    if name == "all":
        return _play_all(out)
    story = STORIES.get(name)
    if story is None:
        known = ", ".join(STORIES)
        sys.stderr.write(f"run: there is no story {name}; there are: {known}, all\n")
        return 2
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from pos_desktop.gui.hands import TooLate
    from pos_desktop.sandbox.surroundings import NotStarted
    from pos_desktop.story.report import Broken
    from pos_desktop.story.stage import perform

    out.mkdir(parents=True, exist_ok=True)
    try:
        told = perform(story, out)
    except (TooLate, Broken, NotStarted) as error:
        sys.stderr.write(f"story {name} failed: {error}\n")
        return 1
    sys.stdout.write(_summary(name, out, told))
    return 0


def _play_all(out: Path) -> int:
    """Each story in a process of its own: none may live on what another left in memory."""
    failed = []
    for name in STORIES:
        command = [sys.executable, "-P", "-m", "pos_desktop", "run", "--headless"]
        command += ["--story", name, "--out", str(out / name)]
        if subprocess.run(command, check=False).returncode != 0:  # noqa: S603  # our own program
            failed.append(name)
    if failed:
        sys.stderr.write(f"failed: {', '.join(failed)}\n")
    return 1 if failed else 0


def _summary(name: str, out: Path, told: dict[str, object]) -> str:
    files = told["files"]
    shown = json.dumps(told["seconds"])
    lines = [
        f"story {name}: paid, invoice {told['invoice_number']}, seconds {shown}",
        f"  screenshots  {out}/{{{','.join(files['screens'])}}}",  # type: ignore[index]  # own JSON
        f"  PDF          {out / 'invoice.pdf'}",
        f"  page         {out / 'page.html'}",
        f"  everything   {out / 'story.json'}",
    ]
    return "\n".join(lines) + "\n"


def selftest() -> int:
    """One sale in a temporary folder; says what it did. 0 if all was well."""
    folder = Path(tempfile.mkdtemp(prefix="raseed-selftest-"))
    try:
        code = play("whatsapp-qr", folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    sys.stdout.write("self-test passed\n" if code == 0 else "self-test FAILED\n")
    return code
