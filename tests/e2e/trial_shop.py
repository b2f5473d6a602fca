"""Sends every text of a practice shop to its own phone: ``python -m tests.e2e.trial_shop FOLDER``.

A process of its own, as a counter is one; one JSON object on standard output says what came of it.
"""

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from pos_desktop.bootstrap.machine import Machine
from pos_desktop.bootstrap.peers import peers_of
from pos_desktop.bootstrap.trying import trying_of
from pos_desktop.domain.options import Channel, Options
from pos_desktop.domain.people import Approval
from pos_desktop.host.clock import SystemClock
from pos_desktop.host.ids import SystemIds
from pos_desktop.sandbox.surroundings import Surroundings
from pos_desktop.services.trying import Trial, Trying
from pos_desktop.settings.paths import folders
from pos_desktop.settings.secrets import PracticeSecrets
from pos_desktop.settings.store import OptionsFile
from tests.kill.seller import Quiet, Seller
from tests.support.practice import Practice, wait_for


def by_sms(seller: Seller) -> Trying:
    """The same shop, had it chosen SMS."""
    options = replace(seller.options, channel=Channel.SMS_LINK)
    machine = Machine(
        clock=SystemClock(),
        ids=SystemIds(),
        lanes=seller.lanes,
        secrets=PracticeSecrets(seller.places.practice_secrets),
        listener=Quiet(),
        on_lamps=seller.on_lamps,
        on_failure=seller.on_failure,
        printer=lambda: None,
    )
    return trying_of(options, machine, peers_of(options, machine), lambda: options.channel)


def fate(trying: Trying, name: str, phone: str, done: Callable[[Trial], bool]) -> Trial:
    """Send one, and follow it until ``done``."""
    trials = [trying.send(name, phone, Approval("Meera", SystemClock().now(), "try_message"))]

    def told() -> bool:
        trial = trying.ask()
        if trial is not None:
            trials.append(trial)
        return done(trials[-1])

    wait_for(told, seconds=20)
    return trials[-1]


def tried(trying: Trying) -> dict[str, str]:
    """The last state of each text that the shop sends, by its name."""
    names = [sample.name for sample in trying.samples() if sample.used]
    return {
        name: fate(trying, name, "9876543210", lambda t: t.state.value == "delivered").state.value
        for name in names
    }


def report(seller: Seller, practice: Practice) -> dict[str, Any]:
    """Everything once."""
    own = seller.counter.trying
    told: dict[str, Any] = {"whatsapp": tried(own), "sms": tried(by_sms(seller))}
    told["refused"] = fate(own, "bill_receipt", "9812345602", lambda t: t.ended).reason
    told["labels"] = [message["label"] for message in practice.state()["messages"]]
    with seller.counter.store.read() as uow:
        told["bills"] = len(list(uow.sales.waiting()))
        told["rows"] = sum(uow.messages.match(None, label) is not None for label in told["labels"])
    return told


def main(folder: Path) -> None:
    """Practice servers, relay and counter in this folder."""
    places = folders(folder / "till")
    places.make()
    OptionsFile(places.options).save(Options(practice=True, channel=Channel.WHATSAPP_QR))
    with Surroundings(folder / "around") as around:
        seller = Seller(around.file, folder / "till")
        try:
            print(json.dumps(report(seller, Practice(around.endpoints))))
        finally:
            seller.counter.engine.stop()
            seller.lanes.close()
            seller.counter.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
