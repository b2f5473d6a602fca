"""A till on a real SQLite file for every test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pos_desktop.domain.sale import Channel
from tests.support.till import Till


@pytest.fixture
def till(tmp_path: Path) -> Iterator[Till]:
    """A shop that sends links by WhatsApp."""
    made = Till(tmp_path)
    yield made
    made.store.close()


@pytest.fixture
def qr_till(tmp_path: Path) -> Iterator[Till]:
    """A shop that sends QR pictures by WhatsApp."""
    made = Till(tmp_path, Channel.WHATSAPP_QR)
    yield made
    made.store.close()


@pytest.fixture
def sms_till(tmp_path: Path) -> Iterator[Till]:
    """A shop that sends links by SMS."""
    made = Till(tmp_path, Channel.SMS_LINK)
    yield made
    made.store.close()
