"""``raseed enrol``: a counter joins its shop's relay and gets device, epoch and series."""

import logging
import sys
from dataclasses import replace
from pathlib import Path

from pos_desktop.bootstrap.peers import keep_callback_secret, relay_client
from pos_desktop.bootstrap.window import DATABASE
from pos_desktop.domain.errors import InputError, RaseedError
from pos_desktop.domain.options import Options
from pos_desktop.ports import Enrolled, SecretStore
from pos_desktop.settings.paths import Folders, folders
from pos_desktop.settings.secrets import KeyringSecrets
from pos_desktop.settings.store import OptionsFile


def join(options: Options, code: str, label: str, secrets: SecretStore) -> Options:
    """The options with the identity that the relay gave for ``code``; the session goes into the
    key store. Raises Unavailable where the relay does not answer, InputError for a wrong code."""
    return joined(options, label, relay_client(options, secrets).enrol(code, label), secrets)


def joined(options: Options, label: str, answer: Enrolled, secrets: SecretStore) -> Options:
    """The options with this identity; the secret of Exotel's reports goes into the key store."""
    counter = replace(
        options.counter,
        label=label,
        series=answer.series,
        tenant=answer.tenant,
        device=answer.device,
        epoch=answer.epoch,
    )
    # Exotel calls from outside: the counter's own way to the relay may not exist there.
    root = (options.relay.public_url or options.relay.base_url).rstrip("/")
    # The secret itself goes into the key store; it is put in when a message is sent.
    keep_callback_secret(secrets, answer.callback_secret)
    reports = f"{root}/cb/exotel/{{channel}}/{answer.tenant}/{{secret}}"
    exotel = replace(options.exotel, callback_url=options.exotel.callback_url or reports)
    return replace(options, counter=counter, exotel=exotel)


def enrol(code: str, label: str | None, data: Path | None, *, manager: bool = False) -> int:
    """Enrol this computer's counter and keep what came back in its settings; 2 if it cannot.

    ``manager``: money on the account that names no counter is shown on this one.

    ``-`` reads the code from stdin: other users of the machine can read the words of a command.
    """
    # The sentence below says what a person needs; without a home the log would stand above it.
    logging.getLogger("pos_desktop").addHandler(logging.NullHandler())
    if code == "-":
        code = sys.stdin.readline()
    try:
        places = folders(data)
        file = OptionsFile(places.options)
        options = file.read()
        _refuse_second(options, places)
        new = join(options, code, label or options.counter.label, KeyringSecrets())
        if manager:
            new = replace(new, counter=replace(new.counter, manager=True))
        file.save(new)
    except RaseedError as error:
        sys.stderr.write(f"enrol: {error}\n")
        return 2
    except OSError as error:
        sys.stderr.write(f"enrol: the settings cannot be kept: {error.strerror}\n")
        return 2
    sys.stdout.write(f"{new.counter.label} is enrolled; its bills are {_series(new)}\n")
    return 0


def _refuse_second(options: Options, places: Folders) -> None:
    """A counter with bills has numbers to account for, which another command does."""
    if options.counter.series and (places.data / DATABASE).exists():
        text = "This counter has joined its shop already. Use: raseed rejoin CODE"
        raise InputError("enrolled_already", text)


def _series(options: Options) -> str:
    return f"{options.counter.series}/..."
