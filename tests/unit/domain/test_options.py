"""The settings that are there without a file."""

import pytest

from pos_desktop.domain.options import Options
from pos_desktop.domain.sale import Channel


@pytest.mark.parametrize(
    ("channel", "provider"),
    [
        (Channel.WHATSAPP_LINK, "whatsapp"),
        (Channel.WHATSAPP_QR, "whatsapp"),
        (Channel.SMS_LINK, "sms"),
    ],
)
def test_a_tenant_has_one_way_to_send(channel: Channel, provider: str) -> None:
    assert Options(channel=channel).message_channel == provider


def test_no_account_is_guessed() -> None:
    options = Options()
    assert options.exotel.base_url == ""
    assert options.gateway.link_minutes >= 20
