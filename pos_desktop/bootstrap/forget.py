"""``raseed forget``: a customer's number leaves this counter's books, as she may ask (DPDP)."""

import logging
import sys
from pathlib import Path

from pos_desktop.bootstrap.pin import ask
from pos_desktop.bootstrap.window import DATABASE
from pos_desktop.domain.errors import DomainError, InputError, RaseedError
from pos_desktop.domain.phone import normalise_phone
from pos_desktop.host.clock import SystemClock
from pos_desktop.host.ids import SystemIds
from pos_desktop.ports import SecretStore
from pos_desktop.services.forgetting import Forgetting, Forgotten
from pos_desktop.services.people import People
from pos_desktop.services.views import PaidNews
from pos_desktop.settings.paths import Folders, folders
from pos_desktop.settings.pins import Argon2Pins
from pos_desktop.settings.secrets import KeyringSecrets, PracticeSecrets
from pos_desktop.settings.store import OptionsFile
from pos_desktop.storage.store import SqliteStore

_WORDS = {
    "nothing_given": "nothing was given, nothing is changed",
    "no_manager": "there is no manager yet: set up her PIN first (raseed pin)",
    "pin_wrong": "that is not the PIN; {tries_left} more and it is locked",
    "pin_locked": "PINs are locked after too many tries; try again in {seconds} seconds",
    "number_waits": "token {n} of this number still waits for its money: end it first",
    "number_in_draft": "a bill that is being made or was put aside has this number: end it first",
}
_NOT_A_NUMBER = "that is no Indian mobile number of 10 digits; nothing is changed"
_REFUSED = frozenset({"pin_wrong", "pin_locked", "number_waits", "number_in_draft"})
_COPIES = "*-backup"


class _Alone:
    """Nobody has a window open on the database."""

    def changed(self) -> None: ...
    def paid(self, news: PaidNews) -> None: ...


def forget_number(number: str, data: Path | None) -> int:
    """Erase this number (``-``: read from stdin) once the manager's PIN says so. 0: done, 1: not
    now, 2: what was given will not do, 3: no database or no safe key store."""
    # The sentence below says what a person needs; without a home the log would stand above it.
    logging.getLogger("pos_desktop").addHandler(logging.NullHandler())
    places = folders(data)
    try:
        phone = normalise_phone(ask("number: ", hidden=False) if number == "-" else number)
        found = _forget(phone, places)
    except (DomainError, InputError) as error:
        plain = _NOT_A_NUMBER if error.code.startswith("phone_") else str(error)
        words = _WORDS.get(error.code, plain).format_map(error.params)
        sys.stderr.write(f"forget: {words}\n")
        return 1 if error.code in _REFUSED else 2
    except RaseedError as error:
        sys.stderr.write(f"forget: {error}\n")
        return 3
    sys.stdout.write(
        f"the number is erased from {found.bills} bills and {found.messages} messages; "
        "the documents are as they were\n"
    )
    _tell_copies(places)
    return 0


def _forget(phone: str, places: Folders) -> Forgotten:
    places.make()
    practice = OptionsFile(places.options).load().options.practice
    secrets: SecretStore = (
        PracticeSecrets(places.practice_secrets) if practice else KeyringSecrets()
    )
    store = SqliteStore(places.data / DATABASE).open()
    try:
        clock = SystemClock()
        people = People(store, clock, SystemIds(), Argon2Pins(secrets))
        if not people.has_manager():
            raise DomainError("no_manager")
        approval = people.approve(ask("manager's PIN: "), "forget_number")
        return Forgetting(store, clock, _Alone(), store.scrub).forget(phone, approval)
    finally:
        store.close()


def _tell_copies(places: Folders) -> None:
    """What an update of the program kept beside the database still has every number."""
    for copy in sorted(places.data.glob(f"{DATABASE}{_COPIES}")):
        sys.stdout.write(f"an older copy still has it: delete {copy} when it is needed no more\n")
