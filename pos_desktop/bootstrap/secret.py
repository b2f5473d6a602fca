"""``raseed secret``: a key of the payment or message service goes into the key store."""

import getpass
import logging
import sys

from pos_desktop.domain.errors import RaseedError
from pos_desktop.settings.secrets import KeyringSecrets

# What bootstrap.peers reads at every start.
NAMES = ("gateway.key_secret", "exotel.api_token")


def keep_secret(name: str) -> int:
    """Ask on a terminal, else read one line of stdin, and store. 2: nothing given, 3: no safe key
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
    try:
        KeyringSecrets().put(name, value)
    except RaseedError as error:
        sys.stderr.write(f"secret: {error}\n")
        return 3
    sys.stdout.write(f"{name} is kept in the key store of this computer\n")
    return 0
