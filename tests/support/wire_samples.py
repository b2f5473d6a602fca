"""The documented messages of gateways and Exotel, as files (tests/contracts/wire)."""

import json
from pathlib import Path
from typing import Any

WIRE = Path(__file__).resolve().parents[1] / "contracts" / "wire"


def raw(name: str) -> bytes:
    """The bytes of ``provider/file``."""
    return (WIRE / name).read_bytes()


def sample(name: str) -> Any:
    """A fresh copy of a JSON sample (``.json`` is added)."""
    return json.loads(raw(f"{name}.json"))


def vectors() -> dict[str, Any]:
    """The signature vectors and UPI texts."""
    found: dict[str, Any] = sample("vectors")
    return found
