"""The rows of the screen drive the real window, and the program that they start really paints."""

from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from bench import b_start, goods, setting
from bench.counter import OpenCounter
from bench.qt_sides import Frame, NaiveCounter
from bench.setting import Setting
from bench.shops import make_shop


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setting, "FEW", 20)


@pytest.fixture
def few(tmp_path: Path, small: None) -> Path:
    return Setting(tmp_path, quick=True).few


def test_a_scan_puts_a_painted_line_on_the_bill(qapp: QApplication, few: Path) -> None:
    with closing(OpenCounter.on(few)) as opened:
        table = opened.counter.window.sale_page.form.cartTable
        opened.scan(goods.barcode(0))
        painted = table.grab().toImage()
        opened.scan(goods.barcode(1))
        assert opened.lines() == 2
        assert table.model().rowCount() == 2
        assert table.grab().toImage() != painted
        opened.take_off()
        assert opened.lines() == 1


@pytest.mark.qt_log_ignore("propagateSizeHints")
def test_the_naive_window_shows_as_many_lines(qapp: QApplication) -> None:
    with closing(NaiveCounter()) as naive:
        naive.fill(9)
        naive.scan()
        assert naive.lines() == 10
        naive.fill(3)
        assert naive.lines() == 3


def test_the_frame_has_as_many_texts_as_a_full_page(qapp: QApplication) -> None:
    assert Frame().paint() == 140


def test_both_programs_say_when_they_are_painted(tmp_path: Path, small: None) -> None:
    with b_start.start(Setting(tmp_path, quick=True)) as bench:
        assert bench.fresh is not None
        for side, work in (("floor", bench.floor), ("ours", bench.ours)):
            bench.fresh(side)
            work()


def test_the_started_program_sells_what_is_scanned_at_its_first_paint(
    few: Path, tmp_path: Path
) -> None:
    shop = make_shop(tmp_path / "shop", few)
    with closing(b_start.Programs(tmp_path)) as programs:
        programs.start(*b_start.counter_on(shop), b_start.CODE, until=b_start.SOLD)
        programs.finish("ours")
        with pytest.raises(RuntimeError):
            programs.start(*b_start.counter_on(shop), "4006381333931", until=b_start.SOLD)


def test_a_program_that_paints_nothing_is_an_error(tmp_path: Path) -> None:
    with closing(b_start.Programs(tmp_path)) as programs, pytest.raises(RuntimeError):
        programs.start("-c", "raise SystemExit(3)")
