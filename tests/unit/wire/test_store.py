"""Messages about the shop: what a newer side says more is passed over, what an older one lacks has
a meaning."""

import msgspec
import pytest

from pos_desktop.wire import store, v1

COUNTER = store.StoreCounter(
    device="D123456789",
    label="Till 1",
    epoch=2,
    series="C2A",
    last_seq=41,
    public_key="p",
    sealing_key="s",
    voucher="v",
    manager=True,
    enrolled_at=1,
    seen_at=2,
    marks=(v1.Mark(series="C2A", fy="2627", highest=7),),
    credentials=(("shop_key", 3),),
)
CODE = store.OpenCode(lookup="ABCDEF", label="", expires_at=9, uses_left=1, manager=False)
STATE = store.StoreState(
    device="D123456789",
    manager=False,
    callback_secret="secret",
    versions=(store.StoreVersion(name="catalogue", version=4, at=5),),
    credentials=(store.CredentialState(name="shop_key", version=3, mine=0),),
)
PUSH = store.CredentialPush(version=1, parcels=(store.Wrapped(target="D1", sealed="x"),))


@pytest.mark.parametrize(
    "said", [store.StoreRoster(counters=(COUNTER,), codes=(CODE,)), STATE, PUSH]
)
def test_what_is_said_is_read_also_with_more_around_it(said: msgspec.Struct) -> None:
    text = msgspec.json.encode(said)
    assert msgspec.json.decode(text, type=type(said)) == said
    newer = {**msgspec.to_builtins(said), "invented_later": [1, {"a": None}]}
    assert msgspec.json.decode(msgspec.json.encode(newer), type=type(said)) == said


def test_what_an_older_side_leaves_out_has_a_meaning() -> None:
    bare = {"device": "D1", "manager": False, "callback_secret": "x"}
    state = msgspec.convert(bare, store.StoreState)
    assert (state.versions, state.credentials, state.revoked, state.lost_pages) == ((), (), (), ())
    code = msgspec.convert({"lookup": "ABCDEF", "proof_hash": "0"}, store.CodePush)
    assert (code.minutes, code.uses, code.manager, code.parcels) == (15, 1, False, ())
    request = {"code": "c", "label": "l", "public_key": "p"}
    old = msgspec.convert(request, v1.EnrolRequest)
    assert (old.sealing_key, old.voucher) == ("", "")
    answer = {"tenant": "T", "device": "D", "epoch": 1, "series": "C2A", "token": "t"}
    given = msgspec.convert({**answer, "callback_secret": "s"}, v1.EnrolAnswer)
    assert (given.marks, given.parcels, given.manager) == ((), (), False)
    batch = msgspec.convert({"epoch": 1, "from_seq": 1, "events": []}, v1.SyncBatch)
    assert batch.marks == ()
