"""Wrapped credentials: only the one for whom they are opens them, and only in their place."""

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from pos_desktop.wire import parcels
from pos_desktop.wire.parcels import Place
from pos_desktop.wire.seal import SealError

SECRET, OTHER = "0" * 26, "1" * 26
PRIVATE, EPHEMERAL = bytes(range(32)), bytes(range(32, 64))
PLACE = Place("shop_key", 3, "D123456789")
KEY = b"k" * 32
FOR_CODE = "010da3606065f09a4f65e96df10bbf8d887503ab36014b2ffe0b237aead9"
FOR_DEVICE = (
    "01358072d6365880d1aeea329adf9121383851ed21a28e3b75e965d0d2cd16625456ebe26868e389"
    "095f579b3f89f89c64d2dc555d19ccd66c7f4447f431"
)
VOUCHER = "3M2kcmiKo8fm1hqoQqzMaIIPramJdixiE1te9-CsbcM"


def public(private: bytes) -> bytes:
    key = X25519PrivateKey.from_private_bytes(private).public_key()
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def test_a_code_s_parcel_opens_with_its_secret_only() -> None:
    sealed = parcels.wrap_for_code(SECRET, PLACE, KEY)
    assert KEY not in sealed
    assert sealed == parcels.wrap_for_code(SECRET, PLACE, KEY)
    assert parcels.open_with_code(SECRET, PLACE, sealed) == KEY
    with pytest.raises(SealError, match="does not open"):
        parcels.open_with_code(OTHER, PLACE, sealed)


def test_a_device_s_parcel_opens_with_its_key_only() -> None:
    sealed = parcels.wrap_for_device(public(PRIVATE), EPHEMERAL, PLACE, KEY)
    assert KEY not in sealed
    assert parcels.open_with_device(PRIVATE, PLACE, sealed) == KEY
    with pytest.raises(SealError, match="does not open"):
        parcels.open_with_device(b"x" * 32, PLACE, sealed)


@pytest.mark.parametrize(
    "place", [PLACE._replace(name="x"), PLACE._replace(version=4), PLACE._replace(target="D2")]
)
def test_a_parcel_is_bound_to_its_place(place: Place) -> None:
    for_code = parcels.wrap_for_code(SECRET, PLACE, KEY)
    for_device = parcels.wrap_for_device(public(PRIVATE), EPHEMERAL, PLACE, KEY)
    with pytest.raises(SealError):
        parcels.open_with_code(SECRET, place, for_code)
    with pytest.raises(SealError):
        parcels.open_with_device(PRIVATE, place, for_device)


def test_every_changed_byte_is_noticed() -> None:
    sealed = parcels.wrap_for_device(public(PRIVATE), EPHEMERAL, PLACE, KEY)
    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 1
        with pytest.raises(SealError):
            parcels.open_with_device(PRIVATE, PLACE, bytes(changed))
    for length in (0, 1, 28, 60, len(sealed) - 1):
        with pytest.raises(SealError):
            parcels.open_with_device(PRIVATE, PLACE, sealed[:length])
        with pytest.raises(SealError):
            parcels.open_with_code(SECRET, PLACE, sealed[:length])


@pytest.mark.parametrize("key", [b"", b"short", bytes(32), bytes(33)])
def test_what_is_no_key_gets_no_parcel(key: bytes) -> None:
    with pytest.raises(SealError, match="not a sealing key"):
        parcels.wrap_for_device(key, EPHEMERAL, PLACE, KEY)


def test_a_voucher_is_for_both_keys_and_one_code() -> None:
    shown = parcels.voucher(SECRET, "public", "sealing")
    assert parcels.vouched(SECRET, "public", "sealing", shown)
    assert not parcels.vouched(OTHER, "public", "sealing", shown)
    assert not parcels.vouched(SECRET, "another", "sealing", shown)
    assert not parcels.vouched(SECRET, "public", "another", shown)
    assert not parcels.vouched(SECRET, "public", "sealing", shown + "\ud800")
    assert not parcels.vouched(SECRET, "publicsealing", "", shown)


def test_the_format_stays() -> None:
    """Counters of two versions must open each other's parcels."""
    assert parcels.wrap_for_code(SECRET, PLACE, b"x").hex() == FOR_CODE
    for_device = parcels.wrap_for_device(public(PRIVATE), EPHEMERAL, PLACE, b"x")
    assert for_device.hex() == FOR_DEVICE
    assert parcels.voucher(SECRET, "a", "b") == VOUCHER
