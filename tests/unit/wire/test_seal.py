"""Sealed pages and ledger bodies: one spelling, one key, one place, no changed bit."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_desktop.wire import enrolment, seal
from pos_desktop.wire.seal import EventPlace, SealError

TOKEN = "AAECAwQFBgcICQoLDA0ODw"
OTHER = "AAECAwQFBgcICQoLDA0ODg"
KEY = bytes(range(32))
PLACE = EventPlace("D1", 1, 7, "sale_issued")
KNOWN_PAGE = "010552d6ee9cb99f66d02d08dd56f1e68621e3c43856f42d79655158af822a00a1"
KNOWN_EVENT = "01d0a0d5403dfa6d63a583ef540c8738b8d5f692c77815408a324993ae6bcd"


def test_token_is_sixteen_bytes_in_one_spelling() -> None:
    assert seal.token_bytes(TOKEN) == bytes(range(16))
    assert seal.page_id(TOKEN) == hashlib.sha256(bytes(range(16))).hexdigest()


@pytest.mark.parametrize(
    "bad",
    [
        "",
        TOKEN[:-1],
        TOKEN + "A",
        TOKEN + "==",
        TOKEN[:-1] + "x",  # spare bits set: a second spelling of the same token
        TOKEN[:-2] + "/w",
        TOKEN[:-2] + "+w",
        TOKEN + "\n",
        "é" * 22,
    ],
)
def test_other_spellings_are_no_tokens(bad: str) -> None:
    with pytest.raises(SealError):
        seal.page_id(bad)


@given(st.binary(max_size=600), st.sampled_from(["page", "pdf", "picture"]), st.integers(0, 9))
def test_what_was_sealed_opens_and_is_equal_each_time(
    plain: bytes, kind: str, revision: int
) -> None:
    sealed = seal.seal(TOKEN, kind, revision, plain)
    assert sealed == seal.seal(TOKEN, kind, revision, plain)
    assert len(sealed) == len(plain) + seal.OVERHEAD
    assert seal.open_sealed(TOKEN, kind, revision, sealed) == plain


def test_known_answer() -> None:
    """Fixed bytes: a change of the format would orphan every page that was ever published."""
    assert seal.seal(TOKEN, seal.PAGE, 1, b"Rs 1").hex() == KNOWN_PAGE
    assert seal.seal_event(KEY, PLACE, b"{}").hex() == KNOWN_EVENT


@pytest.mark.parametrize(
    ("token", "kind", "revision"),
    [(OTHER, "page", 1), (TOKEN, "pdf", 1), (TOKEN, "page", 2)],
)
def test_token_kind_and_revision_are_bound(token: str, kind: str, revision: int) -> None:
    sealed = seal.seal(TOKEN, "page", 1, b"milk 144.00")
    with pytest.raises(SealError):
        seal.open_sealed(token, kind, revision, sealed)


def test_every_changed_bit_is_found() -> None:
    sealed = seal.seal(TOKEN, "page", 1, b"milk")
    for position in range(len(sealed)):
        for bit in range(8):
            changed = bytearray(sealed)
            changed[position] ^= 1 << bit
            with pytest.raises(SealError):
                seal.open_sealed(TOKEN, "page", 1, bytes(changed))


@pytest.mark.parametrize("length", [0, 1, 12, seal.OVERHEAD - 1])
def test_short_values_do_not_open(length: int) -> None:
    with pytest.raises(SealError):
        seal.open_sealed(TOKEN, "page", 1, b"\x01" * length)


def test_nonces_differ_with_revision_kind_and_plaintext() -> None:
    nonces = {
        seal.seal(TOKEN, kind, revision, plain)[1:13]
        for kind in ("page", "pdf")
        for revision in (1, 2)
        for plain in (b"a", b"b")
    }
    assert len(nonces) == 8


@given(st.binary(max_size=200), st.integers(1, 10**6))
def test_events_open_at_their_place_only(body: bytes, seq: int) -> None:
    place = EventPlace("D1", 1, seq, "sale")
    sealed = seal.seal_event(KEY, place, body)
    assert sealed == seal.seal_event(KEY, place, body)
    assert seal.open_event(KEY, place, sealed) == body
    for other in (
        place._replace(seq=seq + 1),
        place._replace(epoch=2),
        place._replace(device="D2"),
        place._replace(kind="void"),
    ):
        with pytest.raises(SealError):
            seal.open_event(KEY, other, sealed)
    with pytest.raises(SealError):
        seal.open_event(bytes(32), place, sealed)


@pytest.mark.parametrize("key", [b"", bytes(16), bytes(33)])
def test_a_shop_key_has_32_bytes(key: bytes) -> None:
    with pytest.raises(SealError):
        seal.seal_event(key, PLACE, b"")
    with pytest.raises(SealError):
        seal.open_event(key, PLACE, bytes(40))


@given(st.binary(max_size=64))
def test_base64url_round_trip(raw: bytes) -> None:
    assert seal.decode(seal.encode(raw)) == raw


@pytest.mark.parametrize("text", ["A", "AB==", "A+", "A/", "AB", "é", "A B", "AA\n"])
def test_loose_base64url_is_refused(text: str) -> None:
    with pytest.raises(SealError):
        seal.decode(text)


def test_enrolment_codes_are_read_as_people_type_them() -> None:
    lookup, secret = "AB0123", "0123456789ABCDEFGHJKMNPQRS"
    code = enrolment.spaced(lookup, secret)
    assert code == "AB0123-01234-56789-ABCDE-FGHJK-MNPQR-S"
    assert enrolment.split(f"  {code.lower().replace('0', 'o')} ") == (lookup, secret)
    assert enrolment.split(code.replace("1", "I").replace("-", " ")) == (lookup, secret)
    wire = enrolment.wire_code(code)
    assert wire == f"{lookup}.{enrolment.proof(secret)}"
    assert secret not in wire
    assert enrolment.proof_hash(enrolment.proof(secret)) == (
        hashlib.sha256(enrolment.proof(secret).encode()).hexdigest()
    )


@pytest.mark.parametrize("code", ["", "AB0123", "U" * 32, "A" * 31, "A" * 33, "A" * 31 + "!"])
def test_other_texts_are_no_codes(code: str) -> None:
    with pytest.raises(ValueError, match="enrolment code"):
        enrolment.wire_code(code)


def test_possession_binds_code_and_label() -> None:
    texts = {
        enrolment.possession_text("A.b", "till"),
        enrolment.possession_text("A.c", "till"),
        enrolment.possession_text("A.b", "till 2"),
    }
    assert len(texts) == 3
    assert all(text.startswith(b"raseed enrol v1\x00") for text in texts)
