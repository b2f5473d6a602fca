"""Finding articles among 100,000: by barcode and by typed text."""

import itertools
import statistics
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

from bench import floors, goods, naive
from bench.harness import Bench
from bench.setting import MANY, Setting
from pos_desktop.storage.catalogue import SqliteCatalogue

# One of each kind that costs differently: short and long starts, words anywhere, a typo.
QUERIES = ("m", "ma", "mas", "masal", "tulsi pow", "charger 200", "zqxw")
_COLUMNS = (
    "item_id, barcode, name, price, mrp, price_includes_tax, gst_rate, hsn, unit, category, "
    "tax_class, cess_rate, cess_per_unit"
)
_FIND = f"SELECT {_COLUMNS} FROM items WHERE barcode = ?"
_STARTS = (
    f"SELECT {_COLUMNS} FROM items WHERE name COLLATE NOCASE >= ? AND name COLLATE NOCASE < ? "
    "ORDER BY name COLLATE NOCASE LIMIT 20"
)


@contextmanager
def lookup(setting: Setting) -> Iterator[Bench]:
    """A scanned code becomes an Item."""
    codes = itertools.cycle([goods.barcode(number) for number in range(0, MANY, MANY // 500)])
    raw = floors.raw_database(setting.many)
    twin = naive.OrmCatalogue(setting.many)
    with closing(raw), closing(SqliteCatalogue(setting.many)) as catalogue, closing(twin):
        first = next(codes)
        assert catalogue.find(first) is not None
        assert raw.execute(_FIND, (first,)).fetchone() is not None
        assert twin.find(first) is not None
        yield Bench(
            floor=lambda: raw.execute(_FIND, (next(codes),)).fetchone(),
            ours=lambda: catalogue.find(next(codes)),
            naive=lambda: twin.find(next(codes)),
            inner=200,
        )


@contextmanager
def search(setting: Setting) -> Iterator[Bench]:
    """The slowest of all kinds of typed text."""
    raw = floors.raw_database(setting.many)
    with closing(raw), closing(SqliteCatalogue(setting.many)) as catalogue:
        slowest = max(QUERIES, key=lambda text: _seconds(catalogue, text))
        starts = itertools.cycle(["as", "bh", "mo", "ka"])

        def floor() -> object:
            text = next(starts)
            return raw.execute(_STARTS, (text, f"{text}\U0010ffff")).fetchall()

        yield Bench(
            floor=floor,
            ours=lambda: catalogue.search(slowest),
            naive=lambda: naive.like_search(raw, "zqxw"),
            inner=20,
            naive_rounds=3,
        )


def _seconds(catalogue: SqliteCatalogue, text: str) -> float:
    times = []
    for _ in range(9):
        start = time.perf_counter()
        catalogue.search(text)
        times.append(time.perf_counter() - start)
    return statistics.median(times)
