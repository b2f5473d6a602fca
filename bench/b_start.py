"""From the start of the process to a window that can be scanned into."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from bench import goods
from bench.harness import Bench
from bench.setting import Setting
from bench.shops import make_shop

PAINTED = "painted"
CODE = goods.barcode(7)
SOLD = f"sold {CODE}"

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
    shop = make_shop(setting.folder / "started", setting.few)
    with closing(Programs(setting.folder)) as programs:
        yield Bench(
            floor=lambda: programs.start("-c", _EMPTY_WINDOW),
            ours=lambda: programs.start(*counter_on(shop)),
            naive=lambda: programs.start(*counter_on(shop), "--eager"),
            fresh=programs.finish,
            naive_rounds=3,
        )


@contextmanager
def start_items(setting: Setting) -> Iterator[Bench]:
    """To the first article on the bill, with a hundred times the articles."""
    few = make_shop(setting.folder / "few", setting.few)
    many = make_shop(setting.folder / "many", setting.many)
    with closing(Programs(setting.folder)) as programs:
        yield Bench(
            floor=lambda: programs.start(*counter_on(few), CODE, until=SOLD),
            ours=lambda: programs.start(*counter_on(many), CODE, until=SOLD),
            fresh=programs.finish,
        )


def counter_on(shop: Path) -> Sequence[str]:
    """The words that start our program in a shop's folder."""
    return ("-m", "bench.first_paint", str(shop))


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

    def start(self, *words: str, until: str = PAINTED) -> None:
        """Return when the program says ``until``, by default that its window is painted.

        Raises RuntimeError where it ends before.
        """
        self._last = subprocess.Popen(
            [sys.executable, *words],
            env=self._environment,
            cwd=self._folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._last.stdout is not None
        if not any(line == f"{until}\n" for line in self._last.stdout):
            raise RuntimeError(f"the program ended before it said: {until}")

    def finish(self, side: str) -> None:
        """Wait until the last program has ended, or it would slow the next one."""
        if self._last is not None:
            with self._last:
                self._last.wait(60)
            self._last = None

    def close(self) -> None:
        """The last one too."""
        self.finish("")
