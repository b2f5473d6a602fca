"""The counter's side of the relay (ports.Relay). Every call blocks: it belongs to the net lane."""

import logging
import time
from collections.abc import Callable, Iterator, Sequence

import msgspec

from pos_desktop.domain.errors import RaseedError, Unavailable
from pos_desktop.net.http import HttpAnswer, HttpClient, OutcomeUnknown, StreamRefused
from pos_desktop.ports import Enrolled, Head, KeptLedger, LedgerEntry, SecretStore, Taken
from pos_desktop.relay_client import codes, credentials, enrolling, inviting
from pos_desktop.relay_client.answers import checked, decoded, problem, refusal
from pos_desktop.relay_client.batches import Origin, batches
from pos_desktop.relay_client.identity import Identity
from pos_desktop.relay_client.life import SILENCE_S, StreamLife
from pos_desktop.relay_client.reading import opened
from pos_desktop.relay_client.sse import StreamTooLarge, read_events
from pos_desktop.wire import enrolment, seal, store, v1

log = logging.getLogger(__name__)

ALIVE = v1.FeedEvent(seq=0, kind="alive", at=0)
"""What ``feed`` yields for a heartbeat: the stream stands although nothing has happened."""

# A poll that is answered while a stream would have been silent is as good a sign of life.
_POLL_WAIT = 3
# A look-up half is taken once in a billion.
_DRAWS = 3
# The lamp must tell within ten seconds.
_PING_TIMEOUTS = (2.0, 4.0)


class RelayClient:
    """Talks to one relay. Refusals are RaseedError("relay_" + the problem's code in lower case):

    relay_gap, relay_ahead, relay_fork, relay_epoch (sync; ``last_seq`` in ``params``),
    relay_conflict, relay_code_refused, relay_unknown_session, relay_revoked, relay_not_enrolled ...
    Whatever may pass by itself (no connection, 429, 5xx, an unreadable answer) is Unavailable.
    ``monotonic`` counts seconds.
    """

    def __init__(
        self,
        http: HttpClient,
        secret_store: SecretStore,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._http = http
        self._identity = Identity(secret_store)
        self._life = StreamLife(monotonic)

    def enrol(self, code: str, label: str, *, fresh: bool = False) -> Enrolled:
        """Use up a one-time code. InputError("bad_enrolment_code") before anything is sent.

        ``fresh``: with new keys, so as another device than the copy that has the old ones.
        """
        keys = self._identity.keys(fresh=fresh)
        request = enrolling.request_of(code, label, keys)
        self._identity.keep_keys(keys)
        reply = self._http.request("POST", "/v1/enrol", json=msgspec.to_builtins(request))
        answer = decoded(checked(reply).body, v1.EnrolAnswer)
        return enrolling.taken(self._identity, code, answer)

    def invite(self, label: str, minutes: int) -> str:
        """A one-time code for another counter of the shop, with the shop's key and the keys
        of its accounts in it: only the manager's counter may. Raises
        RaseedError("relay_not_manager"), ("relay_bad_code") for its terms.
        """
        state, mine = self.store(), self._identity
        for _ in range(_DRAWS):
            # Counted before it is made: it vouches for the counter that joins with it.
            new = codes.drawn(*mine.next_code())
            key = inviting.shop_key_of(new, mine.shop_key(), inviting.version_of(state))
            more = credentials.carried(mine, new, state)
            push = inviting.push_of(new, [key, *more], label, minutes)
            reply = self._call("POST", "/v1/store/codes", msgspec.to_builtins(push))
            if reply.status != 409 or problem(reply.status, reply.body).code != "taken":
                break
        checked(reply)
        return enrolment.spaced(new.lookup, new.secret)

    def publish(self, token: str, revision: int, content: bytes, pdf: bytes | None) -> None:
        """Push a sealed revision; returns once it is durable there.

        That a newer revision is stored already is success: the link shows the newer one.
        """
        push = v1.PagePush(
            revision=revision,
            content=seal.encode(content),
            pdf=None if pdf is None else seal.encode(pdf),
        )
        path = f"/v1/pages/{seal.page_id(token)}"
        reply = self._call("PUT", path, msgspec.to_builtins(push))
        if reply.status == 409 and problem(reply.status, reply.body).code == "stale":
            log.info("a newer revision of the page was stored before")
            return
        checked(reply)

    def revoke_page(self, token: str) -> None:
        """The link opens nothing any more, for good; RaseedError("relay_not_found") where no page
        was stored under it."""
        checked(self._call("POST", f"/v1/pages/{seal.page_id(token)}/revoke", {}))

    def publish_picture(self, token: str, sealed: bytes) -> None:
        """Push a sealed payment QR."""
        push = v1.PicturePush(sealed=seal.encode(sealed))
        path = f"/v1/pictures/{seal.page_id(token)}"
        checked(self._call("PUT", path, msgspec.to_builtins(push)))

    def close_picture(self, token: str) -> None:
        """From now on the picture says that the payment is closed."""
        checked(self._call("POST", f"/v1/pictures/{seal.page_id(token)}/close", {}))

    def sync(self, entries: Sequence[LedgerEntry], head: Head) -> Taken:
        """Push entries in order, in as many requests as their size asks for; each tells where this
        counter stands. A relay that holds more than ``head`` answers relay_ahead."""
        session, shop_key = self._identity.session(), self._identity.shop_key()
        taken = Taken(0)
        for batch in batches(entries, Origin(session.device, session.epoch, shop_key), head):
            new = self._sync(batch)
            taken = Taken(new.last_seq, new.marks, tuple(sorted({*taken.parked, *new.parked})))
        return taken

    def ledger(self, after: int, epoch: int = 0) -> KeptLedger:
        """What the relay holds of this device's ledger behind ``after``, opened."""
        wanted = f"&epoch={epoch:d}" if epoch else ""
        reply = self._get(f"/v1/ledger?after={after:d}{wanted}")
        return opened(decoded(reply.body, v1.LedgerPage), self._identity.shop_keys())

    def store(self) -> store.StoreState:
        """What this counter should know of its shop."""
        return decoded(self._get("/v1/store").body, store.StoreState)

    def feed(self, after: int, stop: Callable[[], bool]) -> Iterator[v1.FeedEvent]:
        """Hints as they come, until ``stop`` or Unavailable; never twice within one call.

        ``ALIVE`` (sequence 0) comes between them: the stream is connected.
        """
        self._life.begins()
        try:
            for hint in self._hints(after, stop):
                self._life.heard()
                if hint is not None:
                    yield hint
        except RaseedError as error:
            self._life.broke(error)
            raise

    def ping(self) -> None:
        """Whether this counter has the relay: its stream lives, or, before there is one, the relay
        answers. Raises Unavailable, or the refusal that ended the stream (relay_revoked ...)."""
        if not self._life.lives() and not self._answers():
            raise Unavailable("relay_down", "The relay does not answer.")

    def _answers(self) -> bool:
        return self._http.request("GET", "/healthz", timeout=_PING_TIMEOUTS).ok

    def _hints(self, after: int, stop: Callable[[], bool]) -> Iterator[v1.FeedEvent | None]:
        """Hints, ALIVE, and None for a poll that had no news."""
        heard = False
        headers = {**self._identity.bearer(), "Last-Event-ID": str(after)}
        try:
            for event in read_events(self._http.stream_lines("/v1/feed", headers, SILENCE_S)):
                heard = True
                if event is None:
                    yield ALIVE
                else:
                    hint = decoded(event.text, v1.FeedEvent)
                    after = hint.seq
                    yield hint
                if stop():
                    return
        except StreamRefused as error:
            raise refusal(error.status, error.body) from error
        except StreamTooLarge as error:
            raise Unavailable("relay_garbled", "The relay's stream cannot be read.") from error
        except OutcomeUnknown:
            if heard:
                raise
        if heard:
            raise Unavailable("relay_stream_ended", "The relay ended the stream.")
        log.info("nothing came through the stream: asking by long poll")
        yield from self._poll(after, stop)

    def _sync(self, batch: v1.SyncBatch) -> Taken:
        reply = self._call("POST", "/v1/sync", msgspec.to_builtins(batch))
        if reply.status == 422:
            told = problem(reply.status, reply.body)
            if told.code == "POISON" and told.last_seq is not None:
                # Stored but for these: the ledger here still has them, a person must look.
                log.error("the relay could not read ledger entries %s", list(told.parked))
                return Taken(told.last_seq, parked=told.parked)
        answer = decoded(checked(reply).body, v1.SyncAnswer)
        return Taken(answer.last_seq, answer.marks)

    def _get(self, path: str) -> HttpAnswer:
        return checked(self._http.request("GET", path, headers=self._identity.bearer()))

    def _poll(self, after: int, stop: Callable[[], bool]) -> Iterator[v1.FeedEvent | None]:
        while not stop():
            reply = self._http.request(
                "GET",
                f"/v1/feed?after={after:d}&wait={_POLL_WAIT}",
                headers=self._identity.bearer(),
                timeout=(_PING_TIMEOUTS[0], SILENCE_S),
            )
            page = decoded(checked(reply).body, v1.FeedPage)
            yield None
            for hint in page.events:
                after = hint.seq
                yield hint

    def _call(self, method: str, path: str, body: object) -> HttpAnswer:
        return self._http.request(method, path, json=body, headers=self._identity.bearer())
