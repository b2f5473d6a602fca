"""``raseed import`` as an owner types it."""

from pathlib import Path

import pytest

from pos_desktop.bootstrap.goods import import_items
from pos_desktop.bootstrap.window import DATABASE


def test_it_says_where_the_items_went(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "items.csv"
    head = "barcode,name,price,gst_rate,hsn,unit"
    file.write_text(f"{head}\n8901234000014,Milk,30.00,5,0401,PCS\n")
    code = import_items(file, tmp_path / "till", skip_bad_rows=False)
    said = capsys.readouterr()
    assert (code, said.err) == (0, "")
    assert said.out == f"1 items imported into {tmp_path / 'till' / DATABASE}\n"


def test_a_missing_file_is_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert import_items(tmp_path / "none.csv", tmp_path / "till", skip_bad_rows=False) == 2
    said = capsys.readouterr().err
    assert said.startswith("import: The file cannot be read")
    assert "Errno" not in said
