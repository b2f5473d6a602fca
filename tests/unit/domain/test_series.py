"""Reading numbers of documents and finding what is missing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_desktop.domain.numbering import credit_note_number, invoice_number
from pos_desktop.domain.series import Number, gaps, runs


def number(count: int, series: str = "C2A", fy: str = "2627") -> Number:
    return Number(series, fy, count)


@pytest.mark.parametrize("series", ["C2A", "E7K9", "E7KC", "P2A", "A1C", "C2C"])
@given(count=st.integers(1, 99_999), year=st.integers(0, 99))
def test_what_numbering_writes_is_read(series: str, count: int, year: int) -> None:
    fy = f"{year:02d}{(year + 1) % 100:02d}"
    invoice, note = invoice_number(series, fy, count), credit_note_number(series, fy, count)
    assert Number.read(invoice) == Number(series, fy, count)
    assert Number.read(note) == Number(f"{series}C", fy, count, note=True)
    assert [str(Number.read(text)) for text in (invoice, note)] == [invoice, note]


@pytest.mark.parametrize(
    "text",
    [
        "", "nonsense", "C2A/2627/1", "C2A/2627/000000", "C2A/2627/00001", "C2AC/2627/000001",
        "C2A/2628/000001", "c2a/2627/000001", "C2A/2627/00000१", "E7K/2627/000001",
        "C2A/2627/000001 ", "=C2A/2627/000001", "C2A-2627-000001",
    ],
)  # fmt: skip
def test_what_is_no_number(text: str) -> None:
    assert Number.read(text) is None


def test_runs_and_what_is_missing_between() -> None:
    found = runs([number(5), number(1), number(2), number(2), number(9), number(1, "D3B"),
                  number(3, fy="2728")])  # fmt: skip
    assert [(str(run.first), run.count) for run in found] == [
        ("C2A/2627/000001", 2),
        ("C2A/2627/000005", 1),
        ("C2A/2627/000009", 1),
        ("C2A/2728/000003", 1),
        ("D3B/2627/000001", 1),
    ]
    assert [(str(gap.first), str(gap.last), gap.count) for gap in gaps(found)] == [
        ("C2A/2627/000003", "C2A/2627/000004", 2),
        ("C2A/2627/000006", "C2A/2627/000008", 3),
    ]


@given(st.sets(st.integers(1, 60)))
def test_runs_and_gaps_tile_the_series(counts: set[int]) -> None:
    found = runs(number(count) for count in counts)
    told = {c for run in found for c in range(run.first.count, run.last.count + 1)}
    lost = {c for gap in gaps(found) for c in range(gap.first.count, gap.last.count + 1)}
    assert told == counts
    assert told | lost == (set(range(min(counts), max(counts) + 1)) if counts else set())
    assert not told & lost
