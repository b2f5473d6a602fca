"""A fresh store for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pos_desktop.storage.store import SqliteStore


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the database of the test lies."""
    return tmp_path / "counter.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteStore]:
    """An open, empty store."""
    with SqliteStore(path).open() as made:
        yield made
