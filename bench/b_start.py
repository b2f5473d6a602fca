"""From the start of the process to a window that can be scanned into."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from bench.harness import Bench
from bench.setting import Setting

_BYTECODE = ("PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX")
_EMPTY_WINDOW = """
from PySide6.QtWidgets import QApplication, QMainWindow
app = QApplication([])
window = QMainWindow()
window.resize(1366, 768)
window.show()
app.processEvents()
print("painted", flush=True)
"""


@contextmanager
def start(setting: Setting) -> Iterator[Bench]:
    """Against a bare Qt window in the same interpreter."""
    with closing(Programs(setting.folder)) as programs:
        yield Bench(
            floor=lambda: programs.start("-c", _EMPTY_WINDOW),
            ours=lambda: programs.start(*counter_on(setting.few)),
            naive=lambda: programs.start(*counter_on(setting.few), "--eager"),
            fresh=programs.finish,
            naive_rounds=3,
        )


@contextmanager
def start_items(setting: Setting) -> Iterator[Bench]:
    """The same start with a hundred times the articles."""
    with closing(Programs(setting.folder)) as programs:
        yield Bench(
            floor=lambda: programs.start(*counter_on(setting.few)),
            ours=lambda: programs.start(*counter_on(setting.many)),
            fresh=programs.finish,
        )


def counter_on(database: Path) -> Sequence[str]:
    """The words that start our program on a database."""
    return ("-m", "bench.first_paint", str(database))


class Programs:
    """Starts one program at a time; it says "painted", and ends by itself outside the clock."""

    def __init__(self, folder: Path) -> None:
        self._last: subprocess.Popen[str] | None = None
        self._folder = Path(__file__).resolve().parent.parent
        self._environment = {
            **{name: text for name, text in os.environ.items() if name not in _BYTECODE},
            "QT_QPA_PLATFORM": "offscreen",
            # An installed program comes with its bytecode; here the round that is thrown away
            # writes it, wherever the checkout lies and whatever the shell says about it.
            "PYTHONPYCACHEPREFIX": str(folder / "bytecode"),
        }

    def start(self, *words: str) -> None:
        """Return when the program says that its window is painted; raises RuntimeError."""
        self._last = subprocess.Popen(
            [sys.executable, *words],
            env=self._environment,
            cwd=self._folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._last.stdout is not None
        if self._last.stdout.readline() != "painted\n":
            raise RuntimeError("the program ended before its window was painted")

    def finish(self, side: str) -> None:
        """Wait until the last program has ended, or it would slow the next one."""
        if self._last is not None:
            with self._last:
                self._last.wait(60)
            self._last = None

    def close(self) -> None:
        """The last one too."""
        self.finish("")
