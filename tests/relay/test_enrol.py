"""One-time codes, series that are never given twice, sessions and their end."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pos_desktop.wire import enrolment
from pos_relay import codes
from pos_relay.store import devices
from tests.relay.support import OPERATOR, Relay, Shop, Till, chain, enrol_body


def test_a_code_works_once(relay: Relay, shop: Shop) -> None:
    code = relay.code(shop)
    body = enrol_body(code, Ed25519PrivateKey.generate())
    first = relay.http.post("/v1/enrol", json=body)
    again = relay.http.post("/v1/enrol", json=body)
    assert first.status_code == 200
    answer = first.json()
    assert answer["tenant"] == shop.tenant
    assert answer["epoch"] == 1
    assert answer["callback_secret"] == shop.callback_secret
    assert (again.status_code, again.json()["code"]) == (403, "code_refused")


def test_a_code_for_a_roll_out_works_n_times(relay: Relay, shop: Shop) -> None:
    code = relay.code(shop, uses=3)
    keys = [Ed25519PrivateKey.generate() for _ in range(4)]
    statuses = [
        relay.http.post("/v1/enrol", json=enrol_body(code, key)).status_code for key in keys
    ]
    assert statuses == [200, 200, 200, 403]


def test_expired_and_unknown_codes_answer_alike(relay: Relay, shop: Shop) -> None:
    expired = relay.code(shop, minutes=-1)
    unknown = enrolment.spaced(*codes.code_halves())
    key = Ed25519PrivateKey.generate()
    answers = [relay.http.post("/v1/enrol", json=enrol_body(c, key)) for c in (expired, unknown)]
    assert {(a.status_code, a.content) for a in answers} == {
        (403, answers[0].content),
    }


def test_five_wrong_tries_end_a_code(relay: Relay, shop: Shop) -> None:
    code = relay.code(shop)
    lookup, _ = enrolment.split(code)
    key = Ed25519PrivateKey.generate()
    wrong = enrolment.spaced(lookup, codes.name(enrolment.SECRET_LENGTH))
    for _ in range(devices.TRIES):
        assert relay.http.post("/v1/enrol", json=enrol_body(wrong, key)).status_code == 403
    assert relay.http.post("/v1/enrol", json=enrol_body(code, key)).status_code == 403


def test_parallel_use_of_one_code_enrols_once(relay: Relay, shop: Shop) -> None:
    code = relay.code(shop)
    bodies = [enrol_body(code, Ed25519PrivateKey.generate()) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda b: relay.http.post("/v1/enrol", json=b), bodies))
    assert sorted(r.status_code for r in replies) == [200] + [403] * 7


def test_the_key_must_sign(relay: Relay, shop: Shop) -> None:
    key, other = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    code = relay.code(shop)
    stolen = {**enrol_body(code, key), "signature": enrol_body(code, other)["signature"]}
    for body in (stolen, {**stolen, "signature": ""}, {**stolen, "public_key": "AA"}):
        reply = relay.http.post("/v1/enrol", json=body)
        assert (reply.status_code, reply.json()["code"]) == (400, "bad_key")
    assert relay.http.post("/v1/enrol", json=enrol_body(code, key)).status_code == 200


@pytest.mark.parametrize("label", ["", "  ", "x" * 61, "a\nb", "a\u202eb"])
def test_bad_labels(relay: Relay, shop: Shop, label: str) -> None:
    body = enrol_body(relay.code(shop), Ed25519PrivateKey.generate(), label)
    assert relay.http.post("/v1/enrol", json=body).json()["code"] == "bad_label"


def test_series_are_never_given_twice(relay: Relay) -> None:
    shop, practice = relay.shop(), relay.shop("Practice", practice=True)
    series = [relay.enrol(shop).answer.series for _ in range(12)]
    trial = [relay.enrol(practice).answer.series for _ in range(12)]
    assert len(set(series)) == 12
    assert all(len(s) == 3 and s[0].isalpha() and s[0] not in "EP" for s in series)
    assert all(s[0] == "P" for s in trial)
    assert all(set(s) <= set(enrolment.ALPHABET) for s in series + trial)


def test_the_space_of_series_is_used_to_the_last_one() -> None:
    space = codes.series_space(practice=True)
    assert len(space) == len(set(space)) == 1024
    assert codes.draw_series(set(space[1:]), practice=True) == space[0]
    assert codes.draw_series(set(space), practice=True) is None
    assert len(codes.series_space(practice=False)) == 20 * 1024


def test_enrolling_again_gives_a_new_epoch_and_series_and_ends_the_old_session(
    relay: Relay, shop: Shop
) -> None:
    old = relay.enrol(shop)
    new = relay.enrol(shop, old.key)
    assert new.answer.device == old.answer.device
    assert (old.answer.epoch, new.answer.epoch) == (1, 2)
    assert new.answer.series != old.answer.series
    entries = {"epoch": 1, "from_seq": 1, "events": chain(1)}
    assert relay.http.post("/v1/sync", json=entries, headers=old.headers).status_code == 401
    assert relay.http.post("/v1/sync", json=entries, headers=new.headers).status_code == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/sync"),
        ("PUT", "/v1/pages/" + "0" * 64),
        ("POST", "/v1/pages/" + "0" * 64 + "/revoke"),
        ("PUT", "/v1/pictures/" + "0" * 64),
        ("POST", "/v1/pictures/" + "0" * 64 + "/close"),
        ("GET", "/v1/feed"),
    ],
)
def test_no_session_no_entry(relay: Relay, method: str, path: str) -> None:
    for header in ({}, {"authorization": "Bearer x"}, {"authorization": "Basic eDp5"}):
        reply = relay.http.request(method, path, headers=header, content=b"not json")
        assert (reply.status_code, reply.json()["code"]) == (401, "unknown_session")
        assert reply.headers["www-authenticate"] == "Bearer"


def test_a_revoked_counter_is_told_so(relay: Relay, till: Till) -> None:
    operator = {"authorization": f"Bearer {OPERATOR}"}
    url = f"/v1/operator/counters/{till.answer.device}/revoke"
    assert relay.http.post(url).status_code == 401
    assert relay.http.post(url, headers=operator).json() == {"revoked": True}
    reply = relay.http.get("/v1/feed?wait=0", headers=till.headers)
    assert (reply.status_code, reply.json()["code"]) == (403, "revoked")
    listed = relay.http.get("/v1/operator/counters", headers=operator).json()
    mine = next(c for c in listed if c["device"] == till.answer.device)
    assert mine["revoked_at"] <= time.time_ns() // 1_000_000


def test_operator_makes_codes(relay: Relay, shop: Shop) -> None:
    operator = {"authorization": f"Bearer {OPERATOR}"}
    url = f"/v1/operator/tenants/{shop.tenant}/codes"
    made = relay.http.post(url, json={"minutes": 5}, headers=operator)
    body = enrol_body(made.json()["code"], Ed25519PrivateKey.generate())
    assert relay.http.post("/v1/enrol", json=body).status_code == 200
    gone = relay.http.post("/v1/operator/tenants/NONE/codes", json={}, headers=operator)
    assert gone.status_code == 404


def test_sessions_and_codes_are_stored_hashed(relay: Relay, shop: Shop) -> None:
    code = relay.code(shop)
    _, secret = enrolment.split(code)
    till = relay.enrol(shop)
    stored = b"".join(p.read_bytes() for p in relay.node.settings.data.glob("relay.db*"))
    for value in (secret, enrolment.proof(secret), till.answer.token, shop.callback_secret):
        assert value.encode() not in stored
    assert codes.hashed(till.answer.token).encode() in stored
