"""The customer and the outside world of a story: pays, looks at her messages, opens her link."""

from dataclasses import dataclass
from typing import Any

import httpx

_TIMEOUT = 10.0


@dataclass(frozen=True, slots=True)
class Customer:
    """Acts through the practice servers' control API and plain HTTP, never through our code."""

    control: str

    def pay(self, reference: str) -> str:
        """Pay the link or QR that was made for this reference; the payment id."""
        answer = httpx.post(f"{self.control}/pay", json={"reference": reference}, timeout=_TIMEOUT)
        answer.raise_for_status()
        return str(answer.json()["payment_id"])

    def state(self) -> dict[str, Any]:
        """Links, QRs, payments and messages as the practice servers hold them."""
        answer = httpx.get(f"{self.control}/state", timeout=_TIMEOUT)
        answer.raise_for_status()
        return dict(answer.json())

    def sends(self) -> list[dict[str, Any]]:
        """Every request that asked Exotel to send something, as the journal has it."""
        answer = httpx.get(f"{self.control}/journal", timeout=_TIMEOUT)
        answer.raise_for_status()
        return [
            entry
            for entry in answer.json()["entries"]
            if entry["server"] == "exotel" and entry["method"] == "POST"
        ]

    def open(self, url: str) -> httpx.Response:
        """What a tap on the link shows."""
        answer = httpx.get(url, timeout=_TIMEOUT)
        answer.raise_for_status()
        return answer
