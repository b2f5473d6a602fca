"""``raseed rejoin``: a counter that may give no more numbers, or that the relay turns away, gets a
new series; what it lost is listed (reliability (d)). The counter itself must be closed."""

import logging
import secrets as chance
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from pos_desktop.bootstrap.enrol import joined
from pos_desktop.bootstrap.peers import relay_client
from pos_desktop.bootstrap.window import DATABASE
from pos_desktop.domain.errors import InputError, RaseedError, Unavailable
from pos_desktop.domain.numbering import emergency_series
from pos_desktop.domain.options import Options
from pos_desktop.host.clock import SystemClock
from pos_desktop.ports import Relay, SecretStore
from pos_desktop.services.rejoin import Account, Key, NewIdentity, number_of, write_down
from pos_desktop.services.rejoin_copy import Copy, read_copy
from pos_desktop.settings.paths import folders
from pos_desktop.settings.secrets import KeyringSecrets, PracticeSecrets
from pos_desktop.settings.store import OptionsFile
from pos_desktop.storage.store import SqliteStore
from pos_desktop.wire.enrolment import ALPHABET

# Another machine has enrolled with the keys of this one: it is a copy, and must become a device of
# its own.
_COPIED = "relay_unknown_session"
# Nothing of an earlier enrolment is here: another PC, or a new key store.
_MOVED = "relay_not_enrolled"


@dataclass(frozen=True, slots=True)
class Rejoined:
    """The settings with the new identity, and what was written down."""

    options: Options
    account: Account
    copy_read: bool = True


def rejoin_online(
    store: SqliteStore, options: Options, code: str, secrets: SecretStore, typed: Mapping[Key, int]
) -> Rejoined:
    """Enrol anew and write down what is missing; the settings are not saved yet.

    Raises InputError for a wrong code, Unavailable without relay, StoreError.
    """
    relay = relay_client(options, secrets)
    copy, refusal = _asked(relay, store)
    answer = relay.enrol(code, options.counter.label, fresh=refusal == _COPIED)
    if copy is None and refusal != _COPIED:
        # Turned away before: the same keys may ask again now.
        copy, _ = _asked(relay, store, answer.epoch)
    new = joined(options, options.counter.label, answer, secrets)
    old = options.counter
    if old.device and answer.device != old.device and refusal == _MOVED:
        formers = (*old.former_devices, old.device)
        new = replace(new, counter=replace(new.counter, former_devices=formers))
    names = _gateways(options)
    who = NewIdentity(old.series, answer.series, answer.device, answer.epoch, names)
    read = copy if copy is not None else Copy()
    read = replace(read, marks=(*read.marks, *answer.marks))
    account = write_down(store, SystemClock(), who, read, typed)
    return Rejoined(new, account, copy_read=copy is not None)


def rejoin_offline(
    store: SqliteStore, options: Options, secrets: SecretStore, typed: Mapping[Key, int]
) -> Rejoined:
    """An emergency series, until the relay is reachable and the counter joins anew.

    Raises InputError: ``numbers_go_on`` where nothing is locked, ``relay_answers`` where a code
    would do.
    """
    if store.fence.reason(options.counter.series) is None:
        text = "This counter gives numbers as always: it needs no emergency series."
        raise InputError("numbers_go_on", text)
    if _reachable(relay_client(options, secrets, (3.0, 5.0))):
        text = "The relay answers. Use a code: raseed rejoin CODE"
        raise InputError("relay_answers", text)
    series = emergency_series("".join(chance.choice(ALPHABET) for _ in range(3)))
    who = NewIdentity(options.counter.series, series, gateways=_gateways(options))
    account = write_down(store, SystemClock(), who, Copy(), typed)
    return Rejoined(
        replace(options, counter=replace(options.counter, series=series)), account, copy_read=False
    )


def rejoin(code: str | None, data: Path | None, newest: str | None = None) -> int:
    """Join anew with ``code`` (``-`` reads it from stdin), or offline without one. ``newest``: the
    number of the newest receipt that people have. 2 if it cannot be done: nothing has changed."""
    logging.getLogger("pos_desktop").addHandler(logging.NullHandler())
    if code == "-":
        code = sys.stdin.readline()
    try:
        done = _done(code, data, newest)
    except RaseedError as error:
        sys.stderr.write(f"rejoin: {error}\n")
        return 2
    except OSError as error:
        sys.stderr.write(f"rejoin: the settings cannot be kept: {error.strerror}\n")
        return 2
    sys.stdout.write("\n".join(report(done)) + "\n")
    return 0


def report(done: Rejoined) -> list[str]:
    """What the person at the terminal reads."""
    counter, account = done.options.counter, done.account
    lines = [f"{counter.label} goes on with bills {counter.series}/..."]
    lines += [f"numbers without a bill here: {gap.text}" for gap in account.missing]
    lines += [f"two bills have the number {number}" for number in account.doubled]
    lines += [f"only the relay has bill {bill.number}" for bill in account.lost]
    if not done.copy_read:
        lines.append("the relay's copy of this counter was not read")
    if account.missing or account.doubled:
        lines.append("the inbox of the counter says what to do about each")
    return lines


def _done(code: str | None, data: Path | None, newest: str | None) -> Rejoined:
    places = folders(data)
    file = OptionsFile(places.options)
    options = file.read()
    practice = PracticeSecrets(places.practice_secrets) if options.practice else None
    keys = practice or KeyringSecrets()
    typed = dict([number_of(newest)] if newest else ())
    with SqliteStore(places.data / DATABASE).open() as store:
        if code is None:
            done = rejoin_offline(store, options, keys, typed)
        else:
            done = rejoin_online(store, options, code, keys, typed)
        file.save(done.options)
    return done


def _asked(relay: Relay, store: SqliteStore, but_epoch: int = 0) -> tuple[Copy | None, str]:
    """The relay's copy, or how it refused. Raises Unavailable only before the enrolment: the code
    is used up afterwards, and the counter must get what it paid for."""
    try:
        return read_copy(relay, store, but_epoch=but_epoch), ""
    except Unavailable:
        if not but_epoch:
            raise
        return None, ""
    except RaseedError as error:
        return None, error.code


def _gateways(options: Options) -> tuple[str, ...]:
    return (options.gateway.name, *(former.name for former in options.former_gateways))


def _reachable(relay: Relay) -> bool:
    try:
        relay.ping()
    except RaseedError:
        return False
    return True
