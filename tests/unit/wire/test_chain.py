"""The canonical form and the chain: fixed bytes that another program can reproduce."""

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_desktop.wire.chain import GENESIS, canonical, link

_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8")),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(codec="utf-8")), inner, max_size=4)
    ),
    max_leaves=12,
)


def test_keys_are_sorted_and_nothing_is_escaped_or_spaced() -> None:
    value = {"b": [1, None, True], "a": "₹ आटा", "": {"y": -1, "x": ""}}
    assert canonical(value).decode() == '{"":{"x":"","y":-1},"a":"₹ आटा","b":[1,null,true]}'


@given(_VALUES)
def test_it_reads_back_and_is_stable(value: object) -> None:
    text = canonical(value)
    assert json.loads(text) == value
    assert canonical(json.loads(text)) == text


@pytest.mark.parametrize("bad", [1.0, {"a": [0.5]}, {1: "x"}, {"a": b"x"}, {"a": {2, 3}}])
def test_floats_and_foreign_types_are_refused(bad: object) -> None:
    with pytest.raises(TypeError):
        canonical(bad)


def test_a_lone_surrogate_is_refused() -> None:
    with pytest.raises(ValueError, match="surrogates"):
        canonical({"name": "\ud800"})


def test_a_tuple_is_written_like_a_list() -> None:
    assert canonical((1, 2)) == canonical([1, 2])


def test_link_is_sha256_over_previous_hash_and_entry() -> None:
    entry = b'{"actor":"Asha","at":5,"body":{"due":100},"kind":"sale.issued","seq":1}'
    wanted = hashlib.sha256(b"0" * 64 + entry).hexdigest()
    assert link(GENESIS, 1, "sale.issued", "Asha", 5, {"due": 100}) == wanted


@pytest.mark.parametrize(
    "other",
    [
        ("1" + GENESIS[1:], 1, "k", "a", 5, {"x": 1}),
        (GENESIS, 2, "k", "a", 5, {"x": 1}),
        (GENESIS, 1, "l", "a", 5, {"x": 1}),
        (GENESIS, 1, "k", "b", 5, {"x": 1}),
        (GENESIS, 1, "k", "a", 6, {"x": 1}),
        (GENESIS, 1, "k", "a", 5, {"x": 2}),
    ],
)
def test_every_field_counts(other: tuple[str, int, str, str, int, dict[str, object]]) -> None:
    assert link(*other) != link(GENESIS, 1, "k", "a", 5, {"x": 1})
