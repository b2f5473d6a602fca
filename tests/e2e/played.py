"""A story played by ``./run --headless``, judged by what it left and by nothing of ours."""

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pysqlite3 import dbapi2 as sqlite


@dataclass(frozen=True)
class Played:
    """What a story left in ``folder`` and said."""

    folder: Path
    code: int
    said: str

    @property
    def told(self) -> dict[str, Any]:
        return dict(json.loads((self.folder / "story.json").read_text(encoding="utf-8")))

    @property
    def pdf(self) -> str:
        if shutil.which("pdftotext") is None:
            pytest.skip("pdftotext (poppler-utils) is not installed")
        command = ["pdftotext", "-layout", str(self.folder / "invoice.pdf"), "-"]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        database = f"{(self.folder / 'counter.db').as_uri()}?mode=ro"
        connection = sqlite.connect(database, uri=True)
        try:
            return list(connection.execute(query))
        finally:
            connection.close()


def play(name: str, folder: Path) -> Played:
    command = [sys.executable, "-P", "-m", "pos_desktop", "run", "--headless"]
    command += ["--story", name, "--out", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)
    return Played(folder, done.returncode, done.stdout + done.stderr)


def rupees(paise: int) -> str:
    """1,562.00, independently of the program's own."""
    whole, part = divmod(paise, 100)
    text = str(whole)
    head, tail = text[:-3], text[-3:]
    groups = [head[max(0, i - 2) : i] for i in range(len(head), 0, -2)][::-1]
    return ",".join([*groups, tail]) + f".{part:02d}"
