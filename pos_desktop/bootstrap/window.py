"""The counter with its window: paints first, then opens what is behind it."""

from __future__ import annotations

import logging
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pos_desktop.bootstrap.late import (
    LateCatalogue,
    LateCheckout,
    LateCounter,
    LateDesk,
    LateDrafts,
    LatePaper,
)
from pos_desktop.bootstrap.late_money import (
    LateInbox,
    LatePeople,
    LateRefunds,
    LateStanding,
    LateSweep,
    LateTendering,
    LateTrying,
)
from pos_desktop.bootstrap.late_numbers import LateNumbers
from pos_desktop.bootstrap.paper import (
    lamp_probe,
    printing_of,
    receipt_printer,
    system_printer,
)
from pos_desktop.bootstrap.practice import AS_KEPT, Endpoints, Wanted, enrolled, practice_options
from pos_desktop.bootstrap.practice_customer import PracticeCustomer
from pos_desktop.domain.errors import InputError, RaseedError, Unavailable
from pos_desktop.gui.app import Counter as WindowCounter
from pos_desktop.gui.app import Deps, application, build_counter, calm_dialog, last_words
from pos_desktop.gui.events import Events
from pos_desktop.gui.presenters.ports import Services
from pos_desktop.gui.sounds import Sounds
from pos_desktop.gui.tasks import TaskRunner
from pos_desktop.gui.texts import say
from pos_desktop.host.clock import SystemClock
from pos_desktop.host.locks import held
from pos_desktop.settings.paths import Folders, folders, practice_folder
from pos_desktop.settings.store import Loaded, OptionsFile

if TYPE_CHECKING:
    from pos_desktop.bootstrap.counter import Counter
    from pos_desktop.domain.options import Options
    from pos_desktop.ports import Clock, SecretStore
    from pos_desktop.services.views import PaidNews
    from pos_desktop.storage.store import SqliteStore

_LOG = logging.getLogger(__name__)
_LANES = {"db": 1, "net": 4, "doc": 1, "probe": 4}
DATABASE = "counter.db"
_LOCK = "window.lock"
# So long somebody who opened a second window is told that there is one.
_TOLD_S = 6


@dataclass
class Till:
    """A window and everything behind it; ``shut`` ends it in the right order."""

    window: WindowCounter
    runner: TaskRunner
    late: LateCounter
    events: Events
    tones: Sounds

    def shut(self) -> None:
        """Stop the loop, drain the db lane, close the database."""
        self.late.stop()
        self.runner.close()
        self.late.close()
        self.tones.close()


@dataclass(frozen=True, slots=True)
class _Bell:
    """services.outbox.Listener: tells the window and wakes the loop; called in the db lane."""

    events: Events
    late: list[LateCounter] = field(default_factory=list)

    def changed(self) -> None:
        """Some bill changed."""
        self.events.changed.emit()
        for counter in self.late:
            counter.wake()

    def paid(self, news: PaidNews) -> None:
        """A bill was issued."""
        self.events.paid.emit(news)


@dataclass(frozen=True, slots=True)
class Setup:
    """Where the counter lives and how its options and keys are completed after the paint.

    ``problem``: what is wrong in the settings file, whose last good copy is used meanwhile.
    ``control``: address where practice makes customers pay; empty in a real shop. ``clock``: that
    of the computer, unless a story sets one of its own.
    """

    folders: Folders
    options: Options
    complete: Callable[[], Options]
    secrets: Callable[[], SecretStore]
    problem: InputError | None = None
    control: str = ""
    clock: Clock = field(default_factory=SystemClock)


def practice_setup(data: Path | None, endpoints: Path, wanted: Wanted = AS_KEPT) -> Setup:
    """The practice shop, in ``data`` or a folder of its own, never in that of a real shop.

    Raises InputError or StoreError with words for the person.
    """
    places = folders(data or practice_folder() / "counter")
    places.make()
    ends = Endpoints.read(endpoints)
    options = practice_options(places, ends, wanted)
    return Setup(
        places,
        options,
        complete=lambda: enrolled(places, ends, options),
        secrets=lambda: _practice_secrets(places),
        control=ends.control,
    )


def real_setup(data: Path | None) -> Setup:
    """The shop's own counter.

    Raises InputError: ``not_set_up`` where no settings or no series exist yet, ``settings_...``
    where they cannot be used, ``practice_folder`` for those of a practice shop.
    """
    places = folders(data)
    places.make()
    loaded = OptionsFile(places.options).load()
    if loaded.source == "default":
        text = "This counter is not set up yet. Try ./run for practice, or see the README."
        raise _mistake(places, loaded) or InputError("not_set_up", text)
    options = loaded.options
    try:
        _check_real(options)
    except InputError as error:
        # What the last good copy lacks would only hide the mistake in the file.
        raise _mistake(places, loaded) or error from None
    return Setup(
        places, options, complete=lambda: options, secrets=_keyring, problem=loaded.problem
    )


def _mistake(places: Folders, loaded: Loaded) -> InputError | None:
    """What is wrong in the settings file, with the file's place."""
    problem = loaded.problem
    if problem is None:
        return None
    return InputError(problem.code, f"{places.options}: {problem}", **problem.params)


def _check_real(options: Options) -> None:
    if options.practice:
        text = "This folder belongs to a practice shop; a real one needs its own (--data)."
        raise InputError("practice_folder", text)
    addresses = {
        "exotel.base_url": options.exotel.base_url,
        "relay.base_url": options.relay.base_url,
    }
    for key, address in addresses.items():
        if not address:
            raise InputError("settings_value", f"Setting {key} is missing.", key=key)
    if not options.counter.series:
        # Without a series no invoice number can be given: found out now, not by a paid customer.
        text = "This counter has not joined its shop yet. Use: raseed enrol CODE"
        raise InputError("not_set_up", text)


def open_till(setup: Setup) -> Till:
    """Build the window; ``till.window.start()`` shows it and begins to open the rest."""
    application()
    runner, events, clock = TaskRunner(_LANES), Events(), setup.clock
    printouts = setup.folders.data / "printouts" if setup.options.practice else None
    paper, tones = LatePaper(lambda: system_printer(printouts)), Sounds()
    bell = _Bell(events)
    late = LateCounter(lambda: _behind(setup, runner, bell, paper))
    bell.late.append(late)
    services = Services(
        options=setup.options,
        clock=clock,
        catalogue=LateCatalogue(late),
        runner=runner,
        checkout=LateCheckout(late),
        desk=LateDesk(late),
        drafts=LateDrafts(late),
        paper=paper,
        tones=tones,
        tendering=LateTendering(late),
        people=LatePeople(late),
        inbox=LateInbox(late),
        refunds=LateRefunds(late),
        standing=LateStanding(late),
        sweep=LateSweep(late),
        numbers=LateNumbers(late),
        pictures=_picture,
        customer=_customer(setup.control, late),
        trying=LateTrying(late),
        problem=str(setup.problem or ""),
        printing=printing_of(setup.options, late),
    )
    window = build_counter(Deps(services, events, _matrix))
    return Till(window, runner, late, events, tones)


def serve(till: Till, parent: int | None = None) -> int:
    """Show the window until it is closed, by a signal or the end of process ``parent`` too; the
    exit code of the program."""
    from pos_desktop.gui import crash

    crash.install(till.runner.post, lambda code: calm_dialog(till.window.window, code))
    crash.Collector(till.window.window)
    with _closing(till, parent):
        till.window.start()
        code = application().exec()
        till.shut()
    return code


@contextmanager
def _closing(till: Till, parent: int | None) -> Iterator[None]:
    """Meanwhile Ctrl-C, SIGTERM and the end of ``parent`` close the window in order.

    Python runs a signal's handler between two slots; the window's clock ticks every second.
    """

    def close() -> None:
        till.window.window.close()

    def post(_number: int = 0, _frame: object = None) -> None:
        till.runner.post(close)

    if parent is not None:
        from pos_desktop.host.parents import follow

        follow(parent, post)
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    signals = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, post) for number in signals}
    try:
        yield
    finally:
        for number, action in before.items():
            signal.signal(number, action)


def _behind(setup: Setup, runner: TaskRunner, bell: _Bell, paper: LatePaper) -> Counter:
    """Everything behind the window, in the db lane: imports, database, identity, engine."""
    from pos_desktop.bootstrap.counter import Machine, build_counter, stock_if_empty
    from pos_desktop.host.ids import SystemIds

    receipts = receipt_printer(setup.options)
    machine = Machine(
        clock=setup.clock,
        ids=SystemIds(),
        lanes=runner,
        secrets=setup.secrets(),
        listener=bell,
        on_lamps=bell.events.lamps.emit,
        on_failure=_unforeseen,
        printer=lamp_probe(receipts, paper),
        receipts=receipts,
        templates=setup.folders.templates,
        keep_channel=OptionsFile(setup.folders.options).keep_channel,
    )
    options = setup.complete()
    counter = build_counter(setup.folders.data / DATABASE, options, machine)
    tell_locked(counter.store, options.counter.series, bell.events)
    if setup.options.practice:
        stock_if_empty(counter)
    counter.engine.start()
    return counter


def tell_locked(store: SqliteStore, series: str, events: Events) -> None:
    """A restored or copied database gives no numbers: told before a customer pays for one."""
    if series in store.locked_series:
        events.locked.emit()


def _unforeseen(error: Exception) -> None:
    """A bug behind the window: it is logged; nothing that was committed is lost by it."""
    _LOG.error("unforeseen error behind the window", exc_info=error)


def _customer(control: str, late: LateCounter) -> PracticeCustomer | None:
    return PracticeCustomer(control, lambda: late.wait().store) if control else None


def _picture(url: str) -> bytes:
    from pos_desktop.net.pictures import fetch_png

    return fetch_png(url)


def _matrix(text: str) -> Sequence[Sequence[bool]]:
    from pos_desktop.documents.qr import qr_matrix

    return qr_matrix(text)


def _practice_secrets(places: Folders) -> SecretStore:
    from pos_desktop.settings.secrets import KnownSecrets, PracticeSecrets

    return KnownSecrets(PracticeSecrets(places.practice_secrets))


def _keyring() -> SecretStore:
    from pos_desktop.settings.secrets import KeyringSecrets, KnownSecrets

    return KnownSecrets(KeyringSecrets())


def open_counter(data: Path | None, practice: Path | None, parent: int | None = None) -> int:
    """``raseed``: the window until it is closed, or ``parent`` is gone. 2: settings wrong, 3: not
    set up, no place or open already."""
    try:
        setup = real_setup(data) if practice is None else practice_setup(data, practice)
    except RaseedError as error:
        sys.stderr.write(f"raseed: {error}\n")
        return 3 if error.code == "not_set_up" else 2
    with ExitStack() as stack:
        try:
            stack.enter_context(alone(setup))
        except Unavailable as error:
            sys.stderr.write(f"raseed: {error}\n")
            last_words(say("open_already"), _TOLD_S)
            return 3
        return _opened(setup, parent)


@contextmanager
def alone(setup: Setup) -> Iterator[None]:
    """No second window opens on this folder meanwhile: it could only get in the way of the first.

    Raises Unavailable ``busy_folder`` where there is one.
    """
    with ExitStack() as stack:
        try:
            stack.enter_context(held(setup.folders.data / _LOCK, "Raseed is already open"))
        except OSError as error:
            # What is wrong with the folder is told by the database, which needs it too.
            _LOG.warning("no lock on the folder: %s", error)
        yield


def _opened(setup: Setup, parent: int | None) -> int:
    from pos_desktop.settings.logs import start_logging, stop_logging

    output = start_logging(setup.folders.logs)
    if setup.problem is not None:
        file = setup.folders.options
        sys.stderr.write(
            f"raseed: {file}: {setup.problem} The settings of the last start are used.\n"
        )
        _LOG.warning("settings not read, the last good ones are used: %s", setup.problem)
    try:
        return serve(open_till(setup), parent)
    finally:
        stop_logging(output)
