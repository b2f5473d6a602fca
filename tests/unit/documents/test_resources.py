"""The shipped demo shop, demo goods and tones: plausible, valid and of our own making."""

import csv
import json
import runpy
import wave
from pathlib import Path

import msgspec
import pytest
from stdnum import ean
from stdnum.in_ import gstin

from pos_desktop import assets
from pos_desktop.domain.barcode import normalise_code
from pos_desktop.domain.options import Shop
from pos_desktop.domain.sale import TaxClass
from pos_desktop.storage.importer import check_file

TONES = ["accepted", "error", "attention", "paid"]
# CGST notification 9/2025, in force since 22-09-2025 (reference domain 1.6), without the schedules
# of gems and gold.
RATES = {"0", "5", "18", "40"}
UNITS = {"BAG", "BOX", "BTL", "BUN", "DOZ", "KGS", "PAC", "PCS", "SET"}


def goods() -> list[dict[str, str]]:
    with assets.path("demo/demo_catalog.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_there_are_goods_of_every_kind() -> None:
    rows = goods()
    assert 100 <= len(rows) <= 150
    assert {row["tax_class"] for row in rows} == {"taxable", "nil", "exempt"}
    assert {row["gst_rate"] for row in rows} == RATES
    assert {row["unit"] for row in rows} == UNITS


@pytest.mark.parametrize("row", goods(), ids=lambda row: row["name"])
def test_a_demo_article_is_plausible(row: dict[str, str]) -> None:
    code = row["barcode"]
    assert normalise_code(code) == code
    if code.isdigit():
        assert ean.is_valid(code)
        assert code.startswith("8901234")
    else:
        assert row["mrp"] == "", "loose goods have no printed price"
    assert len(row["hsn"]) == 4
    assert row["hsn"].isdigit()
    assert (TaxClass(row["tax_class"]) is TaxClass.TAXABLE) == (row["gst_rate"] != "0")
    paise = int(row["price"].replace(".", ""))
    assert paise > 0
    assert not row["mrp"] or paise <= int(row["mrp"].replace(".", ""))
    assert row["price_includes_tax"] == "yes"


def test_the_importer_takes_every_row() -> None:
    report = check_file(assets.path("demo/demo_catalog.csv"))
    assert (report.bad, report.faults, report.ignored) == (0, (), ())
    assert report.good == len(goods())


def test_codes_and_names_are_unique() -> None:
    rows = goods()
    assert len({row["barcode"] for row in rows}) == len(rows)
    assert len({row["name"] for row in rows}) == len(rows)


def test_the_quick_keys_are_loose_goods_numbered_from_one() -> None:
    quick = {int(row["quick_order"]): row for row in goods() if row["quick_order"]}
    assert sorted(quick) == list(range(1, 9))
    assert quick[1]["barcode"] == "TOM"
    assert not any(row["barcode"].isdigit() for row in quick.values())


def test_the_demo_shop_is_a_shop_with_a_valid_gstin() -> None:
    plain = json.loads(assets.path("demo/shop.json").read_text("utf-8"))
    shop = msgspec.convert(plain, Shop)
    assert set(plain) == set(Shop.__slots__)
    assert shop.name == "Fresh Mart"
    assert gstin.is_valid(shop.gstin)
    assert shop.gstin.startswith(shop.state)


@pytest.mark.parametrize("name", TONES)
def test_a_tone_is_short_small_and_never_clipped(name: str) -> None:
    file = assets.path(f"sounds/{name}.wav")
    assert file.stat().st_size < 60_000
    with wave.open(str(file)) as tone:
        assert (tone.getnchannels(), tone.getsampwidth(), tone.getframerate()) == (1, 2, 22_050)
        frames = tone.readframes(tone.getnframes())
        assert tone.getnframes() / tone.getframerate() <= 1.25
    levels = [
        int.from_bytes(frames[at : at + 2], "little", signed=True)
        for at in range(0, len(frames), 2)
    ]
    assert 8_000 < max(map(abs, levels)) < 32_000
    assert abs(levels[0]) < 100, "starts silent"
    assert abs(levels[-1]) < 100, "ends silent"


def test_the_tones_are_what_the_script_makes(tmp_path: Path) -> None:
    script = Path(__file__).parents[3] / "packaging" / "make_sounds.py"
    runpy.run_path(str(script))["main"](tmp_path)
    for name in TONES:
        assert (tmp_path / f"{name}.wav").read_bytes() == assets.path(
            f"sounds/{name}.wav"
        ).read_bytes()
