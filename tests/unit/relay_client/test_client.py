"""The client against a relay that really runs, and against answers that no relay gives."""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from pos_desktop.domain.errors import InputError, RaseedError, Unavailable
from pos_desktop.net.http import HttpAnswer, HttpClient, OutcomeUnknown, StreamRefused
from pos_desktop.ports import Head, LedgerEntry, Taken
from pos_desktop.ports import Relay as RelayPort
from pos_desktop.ports import Sealer as SealerPort
from pos_desktop.relay_client import identity
from pos_desktop.relay_client.batches import MOST_EVENTS, Origin, batches
from pos_desktop.relay_client.client import RelayClient
from pos_desktop.relay_client.sealer import TokenSealer
from pos_desktop.wire import chain, seal, v1
from pos_relay.store import devices
from tests.relay.samples import BILL, INVOICE, OTHER_TOKEN, PDF, TOKEN
from tests.relay.support import Relay, Shop, running
from tests.relay.test_feed import tell

REVOKED_TOKEN, NEVER_TOKEN = "revoked-here-000000-rA", "never-published-00000A"

PNG = b"\x89PNG a QR"


class Secrets:
    """A key store in memory."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}

    def get(self, name: str) -> str | None:
        return self.values.get(name)

    def put(self, name: str, value: str) -> None:
        self.values[name] = value


@pytest.fixture
def secrets() -> Secrets:
    return Secrets()


@pytest.fixture
def client(relay: Relay, shop: Shop, secrets: Secrets) -> Iterator[RelayClient]:
    http = HttpClient(relay.base_url)
    made = RelayClient(http, secrets)
    made.enrol(relay.code(shop), "Till 1")
    yield made
    http.close()


def ledger(count: int, *, salt: str = "", first: LedgerEntry | None = None) -> list[LedgerEntry]:
    """A real chain of entries, going on after ``first``."""
    entries: list[LedgerEntry] = []
    prev = first.hash if first else chain.GENESIS
    start = first.seq + 1 if first else 1
    for seq in range(start, start + count):
        body = {"total": 113200, "phone": f"+9198765{seq:05d}", "salt": salt}
        at = 1_795_409_000_000 + seq
        made = chain.link(prev, seq, "sale.issued", "Asha", at, body)
        entries.append(LedgerEntry(seq, "sale.issued", "Asha", at, body, prev, made))
        prev = made
    return entries


def push(client: RelayClient, entries: Sequence[LedgerEntry], head: int | None = None) -> int:
    """Push with the last entry as the counter's head; the last that the relay holds."""
    last = entries[-1].seq if entries else 0
    return client.sync(entries, Head(last if head is None else head)).last_seq


def test_it_fits_the_ports(client: RelayClient) -> None:
    port: RelayPort = client
    sealer: SealerPort = TokenSealer()
    port.ping()
    assert sealer.picture(TOKEN, PNG) == seal.seal(TOKEN, "picture", 0, PNG)


def test_enrolment_keeps_key_and_session(
    relay: Relay, shop: Shop, client: RelayClient, secrets: Secrets
) -> None:
    kept = {identity.DEVICE_KEY, identity.SEALING_KEY, identity.SESSION}
    assert set(secrets.values) == kept
    restarted = RelayClient(HttpClient(relay.base_url), secrets)
    assert push(restarted, ledger(2)) == 2
    again = restarted.enrol(relay.code(shop), "Till 1")
    assert again.epoch == 2
    assert again.tenant == shop.tenant
    assert again.callback_secret == shop.callback_secret
    with pytest.raises(RaseedError) as refused:
        push(client, ledger(3))
    assert refused.value.code == "relay_unknown_session"
    assert push(restarted, ledger(3)) == 3


def test_enrolment_refusals(relay: Relay, shop: Shop, secrets: Secrets) -> None:
    made = RelayClient(HttpClient(relay.base_url), secrets)
    with pytest.raises(InputError) as bad:
        made.enrol("not a code", "Till")
    assert bad.value.code == "bad_enrolment_code"
    with pytest.raises(RaseedError) as refused:
        made.enrol(relay.code(shop, minutes=-1), "Till")
    assert refused.value.code == "relay_code_refused"
    with pytest.raises(RaseedError) as unknown:
        push(made, ledger(1))
    assert unknown.value.code == "relay_not_enrolled"


def test_ledger_bodies_are_sealed_under_the_shop_key(
    relay: Relay, client: RelayClient, secrets: Secrets
) -> None:
    entries = ledger(3)
    assert push(client, entries) == 3
    session = msgspec.json.decode(secrets.values[identity.SESSION], type=identity.Session)
    shop_key = seal.decode(secrets.values[identity.SHOP_KEY])
    origin = Origin(session.device, session.epoch, shop_key)
    (batch,) = batches(entries, origin, Head(3))
    for event, entry in zip(batch.events, entries, strict=True):
        place = seal.EventPlace(session.device, session.epoch, entry.seq, entry.kind)
        plain = seal.open_event(shop_key, place, seal.decode(event.sealed))
        opened = msgspec.json.decode(plain)
        assert opened == {"actor": entry.actor, "body": dict(entry.body)}
        again = chain.link(
            event.prev_hash, event.seq, event.kind, opened["actor"], event.at, opened["body"]
        )
        assert again == event.hash, "with the shop key anyone can verify the copy"
    assert b"+9198765" not in relay.node.settings.database.read_bytes()


def test_sync_is_repeatable_and_large_ledgers_are_cut(client: RelayClient) -> None:
    entries = ledger(MOST_EVENTS * 2 + 30)
    assert push(client, entries) == len(entries)
    assert push(client, entries) == len(entries)
    assert push(client, [], len(entries)) == len(entries), "who has nothing to send may tell so"


def test_sync_refusals_have_names(client: RelayClient) -> None:
    entries = ledger(6)
    push(client, entries[:4])
    for wrong, code, last_seq in (
        (ledger(2, first=entries[5]), "relay_gap", 4),
        (ledger(5, salt="other"), "relay_fork", 4),
        (entries[:2], "relay_ahead", 4),
    ):
        with pytest.raises(RaseedError) as refused:
            push(client, wrong)
        assert refused.value.code == code
        assert refused.value.params["last_seq"] == last_seq
        assert not isinstance(refused.value, Unavailable)
    assert push(client, entries) == 6


def test_poison_is_parked_and_the_rest_goes_on(relay: Relay, shop: Shop, secrets: Secrets) -> None:
    made = RelayClient(HttpClient(relay.base_url), secrets)
    made.enrol(relay.code(shop), "Till")
    entries = ledger(3)
    huge = {**entries[1].body, "note": "x" * 100_000}
    digest = chain.link(entries[0].hash, 2, "sale.issued", "Asha", entries[1].at, huge)
    entries[1] = replace(entries[1], body=huge, hash=digest)
    entries[2:] = ledger(1, first=entries[1])
    assert made.sync(entries, Head(3)) == Taken(3, (), (2,))


def test_batches_respect_the_size() -> None:
    entries = ledger(120)
    big = [replace(e, body={**e.body, "note": "x" * 30_000}) for e in entries]
    origin, head = Origin("D1", 1, bytes(32)), Head(120)
    cut = list(batches(big, origin, head))
    assert [e.seq for b in cut for e in b.events] == list(range(1, 121))
    assert all(sum(len(e.sealed) for e in b.events) <= 1_000_000 for b in cut)
    assert {b.head_seq for b in cut} == {120}
    assert [b.from_seq for b in cut] == [b.events[0].seq for b in cut]
    assert cut == list(batches(big, origin, head))


def test_a_page_is_published_and_opened(relay: Relay, client: RelayClient) -> None:
    sealer = TokenSealer()
    first, second = sealer.page(TOKEN, 1, BILL), sealer.page(TOKEN, 2, INVOICE)
    client.publish(TOKEN, 1, first, None)
    client.publish(TOKEN, 2, second, sealer.pdf(TOKEN, 2, PDF))
    client.publish(TOKEN, 1, first, None)
    assert "Paid by UPI" in relay.http.get(f"/i/{TOKEN}").text
    assert relay.http.get(f"/i/{TOKEN}.pdf").content == PDF
    with pytest.raises(RaseedError) as conflict:
        client.publish(TOKEN, 2, sealer.page(TOKEN, 2, BILL), None)
    assert conflict.value.code == "relay_conflict"


def test_an_overtaken_revision_is_no_failure(relay: Relay, client: RelayClient) -> None:
    sealer = TokenSealer()
    client.publish(OTHER_TOKEN, 5, sealer.page(OTHER_TOKEN, 5, INVOICE), None)
    client.publish(OTHER_TOKEN, 4, sealer.page(OTHER_TOKEN, 4, BILL), None)
    assert "Paid by UPI" in relay.http.get(f"/i/{OTHER_TOKEN}").text


def test_a_revoked_page_answers_like_a_link_that_never_was(
    relay: Relay, client: RelayClient
) -> None:
    # The relay serves all of this file: what is revoked here is published nowhere else.
    client.publish(REVOKED_TOKEN, 1, TokenSealer().page(REVOKED_TOKEN, 1, BILL), None)
    assert relay.http.get(f"/i/{REVOKED_TOKEN}").status_code == 200
    client.revoke_page(REVOKED_TOKEN)
    client.revoke_page(REVOKED_TOKEN)
    former, never = (relay.http.get(f"/i/{token}") for token in (REVOKED_TOKEN, NEVER_TOKEN))
    assert (former.status_code, former.content) == (404, never.content)
    # A push that was on its way does not bring it back.
    client.publish(REVOKED_TOKEN, 2, TokenSealer().page(REVOKED_TOKEN, 2, INVOICE), None)
    assert relay.http.get(f"/i/{REVOKED_TOKEN}").status_code == 404
    with pytest.raises(RaseedError) as missing:
        client.revoke_page(NEVER_TOKEN)
    assert missing.value.code == "relay_not_found"


def test_a_picture_is_published_and_closed(relay: Relay, client: RelayClient) -> None:
    sealed = TokenSealer().picture(TOKEN, PNG)
    client.publish_picture(TOKEN, sealed)
    assert relay.http.get(f"/q/{TOKEN}.png").content == PNG
    client.close_picture(TOKEN)
    client.close_picture(TOKEN)
    assert relay.http.get(f"/q/{TOKEN}.png").content != PNG
    with pytest.raises(RaseedError) as missing:
        client.close_picture(OTHER_TOKEN)
    assert missing.value.code == "relay_not_found"


def test_feed_tells_what_was_missed_and_what_comes(
    relay: Relay, shop: Shop, client: RelayClient
) -> None:
    for name in ("a", "b"):
        tell(relay, shop, name)
    timer = threading.Timer(0.2, tell, (relay, shop, "c"))
    timer.start()
    heard: list[v1.FeedEvent] = []
    alive = 0
    for hint in client.feed(1, lambda: len(heard) == 2):
        if hint.seq:
            heard.append(hint)
        else:
            alive += 1
    timer.join()
    assert [(hint.seq, hint.event_id) for hint in heard] == [(2, "b"), (3, "c")]
    assert alive  # the stream says at once that it stands: the watcher may slow down


def test_feed_stops_while_nothing_happens(client: RelayClient) -> None:
    asked = []

    def stop() -> bool:
        asked.append(1)
        return len(asked) > 3

    assert {hint.seq for hint in client.feed(0, stop)} == {0}


def test_feed_of_a_revoked_counter_ends_by_name(
    relay: Relay, client: RelayClient, secrets: Secrets
) -> None:
    session = msgspec.json.decode(secrets.values[identity.SESSION], type=identity.Session)

    def revoke() -> None:
        with relay.node.store.database.write() as sql:
            devices.revoke(sql, session.device, relay.node.now())

    timer = threading.Timer(0.2, revoke)
    timer.start()
    with pytest.raises(Unavailable) as ended:
        list(client.feed(0, lambda: False))
    timer.join()
    assert ended.value.code == "relay_stream_ended"
    with pytest.raises(RaseedError) as revoked:
        list(client.feed(0, lambda: False))
    assert revoked.value.code == "relay_revoked"


class Scripted(HttpClient):
    """An HTTP client whose answers are given."""

    def __init__(self, lines: object, answers: Sequence[HttpAnswer] = ()) -> None:
        super().__init__("http://127.0.0.1:9")
        self.lines = lines
        self.answers = list(answers)
        self.asked: list[str] = []

    def stream_lines(self, *_: object, **__: object) -> Iterator[str]:
        if isinstance(self.lines, Exception):
            raise self.lines
        assert isinstance(self.lines, list)
        yield from self.lines

    def request(self, method: str, path: str, **_: object) -> HttpAnswer:
        self.asked.append(f"{method} {path}")
        return self.answers.pop(0)


def page(*hints: v1.FeedEvent) -> HttpAnswer:
    body = msgspec.json.encode(v1.FeedPage(events=hints, last=9))
    return HttpAnswer(200, {}, body)


def enrolled() -> Secrets:
    store = Secrets()
    session = identity.Session(device="D1", epoch=1, token="t")
    store.put(identity.SESSION, msgspec.json.encode(session).decode())
    return store


HINT = v1.FeedEvent(seq=4, kind="hook", at=1)


@pytest.mark.parametrize("lines", [[], OutcomeUnknown("net_timeout", "silence")])
def test_a_stream_that_is_held_back_becomes_a_long_poll(lines: object) -> None:
    http = Scripted(lines, [page(), page(HINT), page()])
    stops = iter([False, False, False, True])
    made = RelayClient(http, enrolled())
    assert list(made.feed(3, lambda: next(stops))) == [HINT]
    assert http.asked == [f"GET /v1/feed?after={n}&wait=3" for n in (3, 3, 4)]


def test_a_stream_that_breaks_after_it_spoke_is_unavailable() -> None:
    class Breaking(Scripted):
        def stream_lines(self, *_: object, **__: object) -> Iterator[str]:
            yield ": open"
            raise OutcomeUnknown("net_lost", "gone")

    with pytest.raises(OutcomeUnknown):
        list(RelayClient(Breaking([]), enrolled()).feed(0, lambda: False))


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        (["data: not json", ""], "relay_garbled"),
        (["data: {}", ""], "relay_garbled"),
        (["data: " + "x" * 70_000, ""], "relay_garbled"),
        ([": open"], "relay_stream_ended"),
        (StreamRefused(503, b""), "relay_busy"),
    ],
)
def test_broken_streams_are_unavailable(lines: object, code: str) -> None:
    with pytest.raises(Unavailable) as broken:
        list(RelayClient(Scripted(lines), enrolled()).feed(0, lambda: False))
    assert broken.value.code == code


@pytest.mark.parametrize(
    ("answer", "code", "passing"),
    [
        (HttpAnswer(502, {}, b"<html>"), "relay_busy", True),
        (HttpAnswer(429, {}, b""), "relay_busy", True),
        (HttpAnswer(507, {}, b""), "relay_busy", True),
        (HttpAnswer(200, {}, b"<html>login"), "relay_garbled", True),
        (HttpAnswer(404, {}, b"<html>"), "relay_http_404", False),
        (HttpAnswer(422, {}, b"{}"), "relay_http_422", False),
        (HttpAnswer(302, {}, b""), "relay_http_302", False),
    ],
)
def test_answers_that_are_not_the_relays(answer: HttpAnswer, code: str, passing: bool) -> None:
    with pytest.raises(RaseedError) as raised:
        RelayClient(Scripted([], [answer]), enrolled()).sync(ledger(1), Head(1))
    assert raised.value.code == code
    assert isinstance(raised.value, Unavailable) is passing


def test_ping_of_a_relay_that_is_down() -> None:
    with pytest.raises(Unavailable):
        RelayClient(Scripted([], [HttpAnswer(500, {}, b"")]), Secrets()).ping()
    with pytest.raises(Unavailable):
        RelayClient(HttpClient("http://127.0.0.1:9"), Secrets()).ping()


def test_a_lost_relay_is_unavailable(tmp_path: Path, secrets: Secrets) -> None:
    with running(tmp_path / "data") as short_lived:
        http = HttpClient(short_lived.base_url)
        made = RelayClient(http, secrets)
        made.enrol(short_lived.code(short_lived.shop()), "Till")
    for call in (
        lambda: made.sync(ledger(1), Head(1)),
        lambda: made.publish(TOKEN, 1, b"x", None),
        lambda: list(made.feed(0, lambda: False)),
    ):
        with pytest.raises(Unavailable):
            call()
    http.close()
