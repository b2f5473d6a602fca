"""A till on a real SQLite file for every test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pos_desktop.domain.sale import Channel
from tests.support.money_till import MoneyTill
from tests.support.till import Till


def opened(folder: Path, channel: Channel) -> Iterator[Till]:
    """At the end nothing may have escaped that the test did not ask for (``Till.told``)."""
    made = Till(folder, channel)
    yield made
    made.store.close()
    assert made.told() == []


@pytest.fixture
def till(tmp_path: Path) -> Iterator[Till]:
    """A shop that sends links by WhatsApp."""
    yield from opened(tmp_path, Channel.WHATSAPP_LINK)


@pytest.fixture
def qr_till(tmp_path: Path) -> Iterator[Till]:
    """A shop that sends QR pictures by WhatsApp."""
    yield from opened(tmp_path, Channel.WHATSAPP_QR)


@pytest.fixture
def sms_till(tmp_path: Path) -> Iterator[Till]:
    """A shop that sends links by SMS."""
    yield from opened(tmp_path, Channel.SMS_LINK)


@pytest.fixture
def money(tmp_path: Path) -> Iterator[MoneyTill]:
    """A shop that sends links and gives money back."""
    made = MoneyTill(tmp_path)
    yield made
    made.store.close()
    assert made.told() == []
