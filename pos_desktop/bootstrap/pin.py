"""``raseed pin``: the manager's PIN of this counter, set up once and changed with the old one."""

import getpass
import logging
import sys
from pathlib import Path

from pos_desktop.bootstrap.window import DATABASE
from pos_desktop.domain.errors import DomainError, InputError, RaseedError
from pos_desktop.domain.people import pin_weakness
from pos_desktop.host.clock import SystemClock
from pos_desktop.host.ids import SystemIds
from pos_desktop.services.people import People
from pos_desktop.settings.paths import folders
from pos_desktop.settings.pins import Argon2Pins
from pos_desktop.settings.secrets import KeyringSecrets, PracticeSecrets
from pos_desktop.settings.store import OptionsFile
from pos_desktop.storage.store import SqliteStore

_WORDS = {
    "nothing_given": "nothing was given, nothing is changed",
    "pins_differ": "the two new PINs are not the same; nothing is changed",
    "name_empty": "a manager has a name; nothing is changed",
    "name_too_long": "a name has at most {longest} letters",
    "pin_not_digits": "a PIN has figures only",
    "pin_too_short": "a PIN has at least 6 figures",
    "pin_too_long": "a PIN has at most 12 figures",
    "pin_too_simple": "that PIN is guessed at once (a run, or figures that repeat); choose another",
    "pin_wrong": "that is not the present PIN; {tries_left} more and it is locked",
    "pin_locked": "PINs are locked after too many tries; try again in {seconds} seconds",
}
_REFUSED = frozenset({"pin_wrong", "pin_locked"})


def keep_pin(data: Path | None) -> int:
    """Ask on a terminal, else read two lines of stdin: name and PIN, or old and new PIN once there
    is a manager. 0: kept, 1: the old PIN was not right, 2: what was given will not do, 3: no
    database or no safe key store."""
    # The sentence below says what a person needs; without a home the log would stand above it.
    logging.getLogger("pos_desktop").addHandler(logging.NullHandler())
    try:
        name = _keep(data)
    except (DomainError, InputError) as error:
        words = _WORDS.get(error.code, str(error)).format_map(error.params)
        sys.stderr.write(f"pin: {words}\n")
        return 1 if error.code in _REFUSED else 2
    except RaseedError as error:
        sys.stderr.write(f"pin: {error}\n")
        return 3
    sys.stdout.write(f"the PIN of {name} is kept; it approves refunds and other exceptions\n")
    return 0


def _keep(data: Path | None) -> str:
    places = folders(data)
    places.make()
    practice = OptionsFile(places.options).load().options.practice
    secrets = PracticeSecrets(places.practice_secrets) if practice else KeyringSecrets()
    store = SqliteStore(places.data / DATABASE).open()
    try:
        people = People(store, SystemClock(), SystemIds(), Argon2Pins(secrets))
        if people.has_manager():
            old = ask("present PIN: ")
            return people.change_pin(old, _new_pin())
        name = ask("name of the manager: ", hidden=False)
        people.set_up(name, _new_pin())
        return name
    finally:
        store.close()


def _new_pin() -> str:
    pin = ask("new PIN, 6 to 12 figures: ")
    why = pin_weakness(pin)
    if why is not None:
        raise DomainError(why)
    if sys.stdin.isatty() and ask("the same once more: ") != pin:
        raise InputError("pins_differ")
    return pin


def ask(prompt: str, *, hidden: bool = True) -> str:
    """One line of the terminal or of stdin, without an echo where ``hidden``. Raises InputError
    where nothing comes."""
    try:
        if not sys.stdin.isatty():
            line = sys.stdin.readline()
        else:
            line = getpass.getpass(prompt) if hidden else input(prompt)
    except EOFError:
        line = ""
    line = line.strip()
    if not line:
        raise InputError("nothing_given")
    return line
