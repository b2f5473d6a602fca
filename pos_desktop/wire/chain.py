"""Canonical JSON and the hash chain over it: what a ledger entry is and how anyone can check it.

The rules are few on purpose, so that another program can verify a ledger: keys sorted by code
point, no spaces, UTF-8 as it is (nothing escaped but what JSON demands), no floats. SHA-256 in
lower-case hex.
"""

import hashlib
import json
from collections.abc import Mapping

GENESIS = "0" * 64
"""``prev_hash`` of the first entry."""


def canonical(value: object) -> bytes:
    """The one way to write ``value`` (str, int, bool, None, lists and dicts of these) as JSON.

    Raises TypeError for a float, another type or a key that is no text, ValueError for text that
    UTF-8 cannot carry (a lone surrogate).
    """
    _check(value)
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode()


def link(
    prev_hash: str, seq: int, kind: str, actor: str, at: int, body: Mapping[str, object]
) -> str:
    """The hash of an entry: SHA-256 over the previous hash (its 64 hex characters) and the entry.

    ``at`` is UTC milliseconds; ``seq`` counts from 1 without a gap. Raises like ``canonical``.
    """
    entry = {"actor": actor, "at": at, "body": dict(body), "kind": kind, "seq": seq}
    return hashlib.sha256(prev_hash.encode("ascii") + canonical(entry)).hexdigest()


def _check(value: object) -> None:
    if value is None or isinstance(value, str | int):
        return
    if isinstance(value, dict):
        for key, inner in value.items():
            if not isinstance(key, str):
                raise TypeError(f"a key must be text, not {type(key).__name__}")
            _check(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            _check(inner)
    else:
        raise TypeError(f"{type(value).__name__} has no canonical form")
