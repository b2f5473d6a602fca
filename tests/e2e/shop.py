"""Everything around counters: relay, practice gateway and Exotel, each with a line of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pos_desktop.sandbox.surroundings import Surroundings
from pos_desktop.story.cable import Cable
from tests.e2e.remote import Remote, wait_for
from tests.support.practice import Practice

Json = dict[str, Any]


class Shop:
    """Real servers in processes of their own; ``gateway`` and ``exotel`` are their cables."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.around = Surroundings(folder)
        self.around.start()
        ends = self.around.endpoints
        self.practice = Practice(ends)
        port = urlsplit(ends["razorpay"]).port or 0
        self.gateway, self.exotel = Cable(port), Cable(port)
        self.relay_up = True
        self._counters: list[Remote] = []
        self._code = self._enrolment_code()

    def counter(self, channel: str = "whatsapp_qr", data: Path | None = None) -> Remote:
        """A counter on a new folder, or again on ``data``."""
        if data is None:
            data = self.folder / f"till{len(self._counters)}"
        self._counters.append(Remote(self._endpoints(), data, channel))
        return self._counters[-1]

    def heal(self) -> None:
        """Everything works again, nothing is armed, no counter is left running."""
        for counter in self._counters:
            counter.kill()
        self.heal_lines()
        self.practice.control.delete("/faults").raise_for_status()
        self.practice.features(pace_ms=120)

    def heal_lines(self) -> None:
        """Gateway, Exotel and relay can be reached."""
        self.gateway.mend()
        self.exotel.mend()
        self.start_relay()

    def stop_relay(self) -> None:
        self.around.stop_relay()
        self.relay_up = False

    def start_relay(self) -> None:
        if not self.relay_up:
            self.around.start_relay()
            self.relay_up = True

    def close(self) -> None:
        """End all of it."""
        self.practice.close()
        self.gateway.close()
        self.exotel.close()
        self.around.stop()

    def payables(self, order: str) -> list[Json]:
        """Links and QRs that the gateway holds for this bill, whatever their state."""
        state = self.practice.state()
        mine = [link for link in state["links"] if link["reference_id"].startswith(order)]
        return mine + [qr for qr in state["qrs"] if qr["notes"]["intent"].startswith(order)]

    def creates(self, order: str) -> int:
        """Requests to make something payable for this bill that reached the gateway."""
        entries = self.practice.journal("razorpay")
        asked = [e for e in entries if e["method"] == "POST" and order in json.dumps(e["json"])]
        return len(asked)

    def sends(self, counter: Remote, order: str) -> dict[str, int]:
        """How often each message of this bill was put on the wire, by purpose."""
        rows = counter.rows("SELECT message_id, purpose FROM messages WHERE order_id = ?", order)
        entries = self.practice.journal("exotel")
        posts = [json.dumps([e["json"], e["form"]]) for e in entries if e["method"] == "POST"]
        found: dict[str, int] = {}
        for message_id, purpose in rows:
            sent = sum(f"m1.{message_id}" in post for post in posts)
            found[purpose] = found.get(purpose, 0) + sent
        return found

    def pay(self, counter: Remote, order: str) -> None:
        """The customer pays what is payable of this bill."""
        self.wait_payable(counter, order)
        self.practice.pay(self._reference(counter, order))

    def wait_payable(self, counter: Remote, order: str, seconds: float = 25) -> None:
        """Until the counter knows that the gateway takes money for this bill.

        A QR that may have been made is looked for twice, ten seconds apart, before another is.
        """
        query = "SELECT 1 FROM collects WHERE order_id = ? AND state = 'open'"
        wait_for(lambda: bool(counter.rows(query, order)), "something is payable", seconds)

    def _reference(self, counter: Remote, order: str) -> str:
        query = "SELECT reference FROM collects WHERE order_id = ? ORDER BY attempt DESC"
        return str(counter.rows(query, order)[0][0])

    def _endpoints(self) -> Path:
        ends = dict(self.around.endpoints)
        for name, cable in (("razorpay", self.gateway), ("exotel", self.exotel)):
            ends[name] = urlsplit(ends[name])._replace(netloc=f"127.0.0.1:{cable.port}").geturl()
        file = self.folder / "counters.json"
        file.write_text(json.dumps({**ends, "enrolment_code": self._code}), encoding="utf-8")
        return file

    def _enrolment_code(self) -> str:
        words = ["enrol", self.around.endpoints["tenant"], "--uses", "100", "--minutes", "60"]
        command = [sys.executable, "-P", "-m", "pos_relay", *words]
        command += ["--data", str(self.folder / "relay")]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30)
        return str(json.loads(done.stdout)["code"])


def typed(words: Sequence[str], folder: Path, text: str) -> str:
    """What IT types for the counter of this folder; ``text`` comes from standard input. What the
    command said."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", "pos_desktop", *words, "--data", str(folder)],
        check=True,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        input=f"{text}\n",
        capture_output=True,
        text=True,
        timeout=30,
    )
    return done.stdout
