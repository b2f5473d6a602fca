"""A seeded catalogue: the same goods on every machine, with right check digits."""

import csv
import random
from collections.abc import Iterator
from pathlib import Path

HEADER = (
    "barcode", "name", "mrp", "price", "price_includes_tax", "gst_rate", "hsn", "unit", "category"
)  # fmt: skip

_NAMES_OF_MAKERS = (
    "Asha Bharat Chetan Deepak Ekta Falgun Ganga Himal Indus Jyoti Kaveri Lotus Mohan Nandi Omkar "
    "Pragati Rani Sagar Tulsi Usha Vijay Yamuna"
)
_NAMES_OF_GOODS = (
    "atta rice basmati dal toor moong chana sugar salt masala chilli turmeric garam tea coffee "
    "biscuit cookie noodles pasta oil mustard sunflower ghee butter cheese paneer milk curd soap "
    "shampoo toothpaste brush detergent cleaner bar liquid powder spray juice mango orange apple "
    "cola soda water namkeen bhujia chips wafer chocolate candy bread bun cake rusk jam pickle "
    "ketchup sauce honey almond cashew raisin pen notebook pencil battery bulb cable charger"
)
_PACKS = "50g 100g 200g 250g 500g 1kg 2kg 5kg 100ml 200ml 500ml 1L 2L small large"
_MAKERS, _WORDS, _SIZES = (text.split() for text in (_NAMES_OF_MAKERS, _NAMES_OF_GOODS, _PACKS))
_RATES = ("0", "5", "5", "5", "18", "40")


def barcode(number: int) -> str:
    """The EAN-13 of article ``number``; every number has its own."""
    body = f"890{number * 7919 % 10**9:09d}"
    total = sum(int(digit) * (3 if at % 2 else 1) for at, digit in enumerate(body))
    return f"{body}{-total % 10}"


def rows(count: int) -> Iterator[tuple[str, ...]]:
    """``count`` articles in the columns of ``HEADER``."""
    pick = random.Random(7)
    for number in range(count):
        name = (
            f"{pick.choice(_MAKERS)} {pick.choice(_WORDS)} {pick.choice(_WORDS)} "
            f"{pick.choice(_SIZES)} {pick.randrange(1, 999)}"
        )
        mrp = pick.randrange(500, 200_000)
        price = mrp - mrp // 20
        rate = pick.choice(_RATES)
        yield (
            barcode(number), name, _rupees(mrp), _rupees(price), "yes", rate, "1905", "PCS", "Goods"
        )  # fmt: skip


def write_csv(file: Path, count: int) -> Path:
    """The product file of ``count`` articles; returns its path."""
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(HEADER)
        writer.writerows(rows(count))
    return file


def _rupees(paise: int) -> str:
    return f"{paise // 100}.{paise % 100:02d}"
