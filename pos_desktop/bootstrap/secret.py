"""``raseed secret``: a key of the payment or message service goes into the key store, and from the
manager's counter to every other one of the shop."""

import getpass
import logging
import sys
from pathlib import Path

from pos_desktop.bootstrap.peers import relay_http
from pos_desktop.domain.errors import RaseedError
from pos_desktop.domain.options import Options
from pos_desktop.ports import SecretStore
from pos_desktop.relay_client.credentials import SharedKeys
from pos_desktop.settings.paths import folders
from pos_desktop.settings.secrets import KeyringSecrets, PracticeSecrets
from pos_desktop.settings.store import OptionsFile


def keep_secret(name: str, data: Path | None = None) -> int:
    """Ask on a terminal, else read one line of stdin, and store; then hand it to the other counters
    where this is the manager's. 1: these do not have it yet, 2: nothing given, 3: no safe key
    store."""
    # The sentence below says what a person needs; without a home the log would stand above it.
    logging.getLogger("pos_desktop").addHandler(logging.NullHandler())
    try:
        value = getpass.getpass(f"{name}: ") if sys.stdin.isatty() else sys.stdin.readline()
    except EOFError:
        value = ""
    value = value.strip()
    if not value:
        sys.stderr.write("secret: nothing was given, nothing is changed\n")
        return 2
    if not (value.isascii() and value.isprintable()):
        sys.stderr.write("secret: this contains signs that no key has; nothing is changed\n")
        return 2
    places = folders(data)
    options = OptionsFile(places.options).load().options
    store = PracticeSecrets(places.practice_secrets) if options.practice else KeyringSecrets()
    try:
        store.put(name, value)
    except RaseedError as error:
        sys.stderr.write(f"secret: {error}\n")
        return 3
    sys.stdout.write(f"{name} is kept in the key store of this computer\n")
    return _shared(name, value, options, store) if options.counter.device else 0


def _shared(name: str, value: str, options: Options, store: SecretStore) -> int:
    try:
        shared = SharedKeys(relay_http(options), store).share(name, value)
    except RaseedError as error:
        if error.code == "relay_not_manager":
            sys.stdout.write("Other counters keep theirs: the manager's counter hands keys on\n")
            return 0
        again = f"Type it again later: raseed secret {name}"
        sys.stderr.write(f"secret: other counters may not have it yet. {error} {again}\n")
        return 1
    sys.stdout.write(f"counters that have it, or get it when they ask next: {shared.counters}\n")
    for label in shared.left:
        why = "it did not join with a code of this counter (raseed code)"
        sys.stdout.write(f"{label} does not get it: {why}; type it there too\n")
    return 0
