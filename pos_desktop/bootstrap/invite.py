"""``raseed code``: the manager's counter makes a one-time code for the next counter of the shop."""

import logging
import sys
from pathlib import Path

from pos_desktop.bootstrap.peers import relay_client
from pos_desktop.domain.errors import RaseedError
from pos_desktop.settings.paths import folders
from pos_desktop.settings.secrets import KeyringSecrets, PracticeSecrets
from pos_desktop.settings.store import OptionsFile


def invite(label: str, minutes: int, data: Path | None) -> int:
    """Print the code, which carries the key of the shop's ledgers; 2 if it cannot be made."""
    logging.getLogger("pos_desktop").addHandler(logging.NullHandler())
    try:
        places = folders(data)
        options = OptionsFile(places.options).read()
        practice = PracticeSecrets(places.practice_secrets) if options.practice else None
        code = relay_client(options, practice or KeyringSecrets()).invite(label, minutes)
    except RaseedError as error:
        sys.stderr.write(f"code: {error}\n")
        return 2
    sys.stdout.write(f"{code}\n")
    sys.stderr.write(f"Good for one counter and {minutes} minutes: raseed enrol CODE\n")
    return 0
