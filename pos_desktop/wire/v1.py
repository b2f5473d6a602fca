"""Messages between counter and relay, version 1 (msgspec structs; JSON on the wire).

Unknown fields are ignored by readers and new fields get defaults: an older relay reads a newer
counter.
"""

import msgspec

from pos_desktop.wire.page import BillLine, CreditNote, PageContent, PaidStamp, PayButton, TaxRow

# The page's own messages stand in ``page.py`` and are part of this version.
__all__ = ["BillLine", "CreditNote", "PageContent", "PaidStamp", "PayButton", "TaxRow"]


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """The highest number that a series of documents has reached, in clear: a restored counter must
    not give a number twice. ``series`` is what stands before the first slash of a number ("C2A",
    "C2AC" of credit notes), ``fy`` the year between the slashes ("2627")."""

    series: str
    fy: str
    highest: int


class EnrolRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One-time code (``enrolment.wire_code``) and the counter's Ed25519 public key (base64url).

    ``signature`` is that key's over ``enrolment.possession_text`` (base64url). ``sealing_key`` is
    the X25519 key under which credentials are wrapped for it later (base64url), ``voucher`` what
    tells the manager's counter that the relay changed neither (``parcels.voucher``).
    """

    code: str
    label: str
    public_key: str
    signature: str = ""
    sealing_key: str = ""
    voucher: str = ""


class Parcel(msgspec.Struct, frozen=True, kw_only=True):
    """A credential ("shop_key", "gateway.razorpay" ...) in one version, wrapped for somebody: the
    relay passes it on unread (``wire.parcels``)."""

    name: str
    version: int
    sealed: str


class EnrolAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Identity of the counter; ``series`` is never given to another enrolment.

    ``marks``: the highest numbers that this device had reached in its earlier epochs. ``parcels``
    are wrapped under the secret half of the code. ``manager``: this counter may ask for the whole
    store; the shop's first one may, and whoever enrols with such a code.
    """

    tenant: str
    device: str
    epoch: int
    series: str
    token: str
    callback_secret: str
    marks: tuple[Mark, ...] = ()
    parcels: tuple[Parcel, ...] = ()
    manager: bool = False


class SyncEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One ledger entry: the chain in clear, the body sealed under the shop key (base64url)."""

    seq: int
    kind: str
    at: int
    prev_hash: str
    hash: str
    sealed: str


class SyncBatch(msgspec.Struct, frozen=True, kw_only=True):
    """Up to 200 events of one (device, epoch), gapless from ``from_seq``.

    ``head_seq`` is the last entry that the counter has (0: not said); a relay that holds more
    answers AHEAD: the counter was rolled back. ``marks`` of the counter's own series; marks only
    grow, and those of others' series count for nothing.
    """

    epoch: int
    from_seq: int
    events: tuple[SyncEvent, ...]
    head_seq: int = 0
    marks: tuple[Mark, ...] = ()


class SyncAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What the relay holds now; ``marks`` of all series that this device ever had."""

    last_seq: int
    head: str
    server_time: int
    marks: tuple[Mark, ...] = ()


class LedgerEpoch(msgspec.Struct, frozen=True, kw_only=True):
    """What is held of one epoch: entries ``base_seq + 1`` to ``last_seq``, the hash of the last.

    ``forked``: another history was shown under the same numbers.
    """

    epoch: int
    series: str
    base_seq: int
    last_seq: int
    head: str
    forked: bool = False


class LedgerEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A stored entry as it was pushed. A ``parked`` one was unreadable: it has no body."""

    epoch: int
    seq: int
    kind: str
    at: int
    prev_hash: str
    hash: str
    sealed: str
    parked: bool = False


class LedgerPage(msgspec.Struct, frozen=True, kw_only=True):
    """Entries of one epoch of one device after the number asked for; ``more`` follow.

    The bodies open with the shop key at (``device``, epoch, seq, kind).
    """

    device: str
    epochs: tuple[LedgerEpoch, ...]
    entries: tuple[LedgerEntry, ...]
    more: bool
    marks: tuple[Mark, ...] = ()


class PagePush(msgspec.Struct, frozen=True, kw_only=True):
    """A sealed page revision; ``content`` and ``pdf`` are base64url."""

    revision: int
    content: str
    pdf: str | None = None


class PicturePush(msgspec.Struct, frozen=True, kw_only=True):
    """A sealed PNG (base64url)."""

    sealed: str


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """Every error body of the relay: ``code`` for machines, ``text`` for people.

    Of ``POST /v1/sync`` also what the relay holds and which events it parked as poison (422); of a
    credential for whom a parcel is ``missing``.
    """

    code: str
    text: str
    last_seq: int | None = None
    head: str = ""
    parked: tuple[int, ...] = ()
    missing: tuple[str, ...] = ()


class FeedEvent(msgspec.Struct, frozen=True, kw_only=True):
    """A hint. ``kind``: ``hook`` (a gateway said something: ask it), ``delivery`` (Exotel on a
    message's fate) or ``stop`` (a customer wants no more messages: ``tag`` of the customer, ``sid``
    of the message that was answered; one of both may be "").

    News of the shop itself, read with ``GET /v1/store``: ``callback`` (Exotel's addresses have a
    new secret), ``catalogue`` and ``settings`` (``version`` is there), ``credentials`` (``name`` in
    its ``version``, read with ``GET /v1/credentials``), ``revoked`` (``device``). A reader passes
    over kinds that it does not know.

    ``channel`` is ``sms`` or ``whatsapp``. ``status`` and ``detail`` are the provider's words
    (``sent`` and ``DELIVERED_TO_HANDSET``; WhatsApp has only the first: ``EX_MESSAGE_SEEN``).
    ``tag`` of ``delivery`` and ``stop`` is ``tags.phone_tag`` of the customer's number, under the
    callback secret that was current when it was said.
    """

    seq: int
    kind: str
    at: int
    gateway: str = ""
    event: str = ""
    event_id: str = ""
    collect_id: str = ""
    payment_id: str = ""
    reference: str = ""
    channel: str = ""
    sid: str = ""
    label: str = ""
    status: str = ""
    code: int | None = None
    detail: str = ""
    name: str = ""
    version: int = 0
    device: str = ""
    tag: str = ""


class FeedPage(msgspec.Struct, frozen=True, kw_only=True):
    """Answer of the long poll; ``last`` is the newest number of the feed."""

    events: tuple[FeedEvent, ...]
    last: int
