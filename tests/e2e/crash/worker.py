"""A till that sells until it is killed: ``python -m tests.e2e.crash.worker DATABASE FIRST``.

Writes each invoice number to stdout after the store has acknowledged it.
"""

import itertools
import os
import sys
from pathlib import Path

from pos_desktop.storage.store import SqliteStore
from tests.unit.storage.samples import sell


def main(path: Path, first: int) -> None:
    """Sell for ever; a checkpoint now and then, as the idle db lane does."""
    store = SqliteStore(path).open()
    os.write(1, b"open\n")
    for n in itertools.count(first):
        number = sell(store, n, lines=n % 12 + 1)
        os.write(1, f"{n} {number}\n".encode())
        if n % 25 == 0:
            store.checkpoint()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
