"""Threads, events, tones, stray errors: nothing blocks the window or touches it from outside."""

import gc
import logging
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QObject, QtMsgType, qInstallMessageHandler, qWarning
from PySide6.QtWidgets import QMessageBox
from pytestqt.exceptions import capture_exceptions
from pytestqt.qtbot import QtBot

from pos_desktop.gui import crash
from pos_desktop.gui.app import calm_dialog
from pos_desktop.gui.events import Events
from pos_desktop.gui.sounds import TONES, Silence, Sounds, system_player
from pos_desktop.gui.tasks import TaskRunner
from pos_desktop.services.views import DeskState, Lamp, LampState, PaidNews
from tests.gui.conftest import Bench
from tests.support.window_fakes import waiting_bills


@pytest.fixture
def runner(qtbot: QtBot) -> Iterator[TaskRunner]:
    """A runner that is closed afterwards."""
    made = TaskRunner()
    yield made
    made.close()


def test_results_and_errors_land_on_the_thread_of_the_windows(
    runner: TaskRunner, qtbot: QtBot
) -> None:
    seen: list[tuple[object, int]] = []

    def fail() -> int:
        raise ValueError("no")

    def note(value: object) -> None:
        seen.append((value, threading.get_ident()))

    runner.run("net", threading.get_ident, note, note)
    qtbot.waitUntil(lambda: len(seen) == 1)
    runner.run("db", fail, note, note)
    qtbot.waitUntil(lambda: len(seen) == 2)
    (worker, here), (error, also_here) = seen
    assert worker != threading.get_ident()
    assert isinstance(error, ValueError)
    assert here == also_here == threading.get_ident()


def test_the_db_lane_is_one_thread_in_order(runner: TaskRunner, qtbot: QtBot) -> None:
    order: list[int] = []
    threads: set[int] = set()
    done: list[None] = []
    for number in range(50):

        def work(n: int = number) -> None:
            threads.add(threading.get_ident())
            order.append(n)

        runner.run("db", work, done.append, lambda error: None)
    qtbot.waitUntil(lambda: len(done) == 50)
    assert order == list(range(50))
    assert len(threads) == 1


def test_the_engine_gets_its_answers_in_the_lane(runner: TaskRunner) -> None:
    ended = threading.Event()
    where: list[object] = []

    def done(name: str) -> None:
        where.append((name, threading.current_thread().name))
        ended.set()

    runner.submit("net", lambda: threading.current_thread().name, done, lambda error: None)
    assert ended.wait(5)
    assert where == [(where[0][0], where[0][0])]  # type: ignore[index] # a pair by construction


def test_a_fault_in_the_engines_callback_is_logged(
    runner: TaskRunner, caplog: pytest.LogCaptureFixture
) -> None:
    ended = threading.Event()

    def done(_: None) -> None:
        ended.set()
        raise RuntimeError("fault")

    runner.submit("doc", lambda: None, done, lambda error: None)
    assert ended.wait(5)
    runner.close()
    for _ in range(100):
        if "callback failed" in caplog.text:
            break
        time.sleep(0.01)
    assert "callback failed" in caplog.text


def test_closing_finishes_the_db_lane_and_delivers_nothing_more(qtbot: QtBot) -> None:
    runner = TaskRunner()
    written: list[int] = []
    delivered: list[object] = []

    def write(number: int) -> None:
        time.sleep(0.01)
        written.append(number)

    for number in range(10):
        runner.run("db", lambda n=number: write(n), delivered.append, delivered.append)  # type: ignore[misc] # mypy cannot infer a lambda with a default
    runner.close()
    QCoreApplication.processEvents()
    assert written == list(range(10))
    assert delivered == []
    runner.run("db", lambda: written.append(99), delivered.append, delivered.append)
    runner.post(lambda: delivered.append(1))
    QCoreApplication.processEvents()
    assert (99 in written, delivered) == (False, [])


def test_events_from_other_threads_reach_the_window(bench: Bench, qtbot: QtBot) -> None:
    bench.played.desk.now = DeskState(waiting_bills(), 2, None, 0)
    here = threading.get_ident()
    painted: list[int] = []
    bench.played.tones.play = lambda tone: painted.append(threading.get_ident())  # type: ignore[method-assign] # notes the thread

    def emit() -> None:
        bench.events.changed.emit()
        bench.events.paid.emit(PaidNews("A16", 16, 56000, None, "X"))
        bench.events.lamps.emit((Lamp("internet", LampState.DOWN),))

    thread = threading.Thread(target=emit)
    thread.start()
    thread.join()
    assert not bench.window.paid_strip.isVisible()
    qtbot.waitUntil(bench.window.paid_strip.isVisible)
    assert bench.window.top_bar.lamps["internet"].text == "Internet down"
    assert len(bench.window.form.billStrip.cards()) == 4
    assert painted == [here]


def test_every_application_wide_signal_has_the_listener_it_names(bench: Bench) -> None:
    names = {name for name in vars(Events) if not name.startswith("_")} - {"staticMetaObject"}
    assert names == {"changed", "paid", "lamps", "locked"}
    text = (Events.__module__ and sys.modules[Events.__module__].__doc__) or ""
    assert "gui.wiring.Wiring" in text


def test_tones_are_played_one_after_the_other_elsewhere() -> None:
    played: list[tuple[str, int]] = []
    sounds = Sounds(lambda file: played.append((file.name, threading.get_ident())))
    for tone in ("error", "paid", "attention"):
        sounds.play(tone)
    for _ in range(200):
        if len(played) == 3:
            break
        time.sleep(0.01)
    sounds.close()
    assert [name for name, _ in played] == ["error.wav", "paid.wav", "attention.wav"]
    assert threading.get_ident() not in {thread for _, thread in played}


def test_ticks_never_queue_up() -> None:
    gate, played = threading.Event(), list[str]()

    def slow(file: Path) -> None:
        played.append(file.stem)
        gate.wait(5)

    sounds = Sounds(slow)
    for _ in range(40):
        sounds.play("accepted")
    sounds.play("paid")
    gate.set()
    sounds.close()
    assert played.count("accepted") <= 1


def test_a_player_that_fails_is_logged_and_harmless(caplog: pytest.LogCaptureFixture) -> None:
    failed = threading.Event()

    def broken(file: Path) -> None:
        failed.set()
        raise OSError("no audio")

    sounds = Sounds(broken)
    sounds.play("paid")
    assert failed.wait(5)
    sounds.close()
    assert "could not be played" in caplog.text


def test_silence_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pos_desktop.gui.sounds.shutil.which", lambda name: None)
    assert system_player() is None
    sounds = Sounds()
    sounds.play("paid")
    assert sounds.missing() == "sound_missing"
    Silence().play("paid")
    assert TONES == ("accepted", "error", "attention", "paid")


@pytest.fixture
def hooks() -> Iterator[None]:
    """Puts the hooks of the interpreter and of Qt back."""
    before = sys.excepthook, threading.excepthook
    yield
    sys.excepthook, threading.excepthook = before
    qInstallMessageHandler(None)


@pytest.mark.usefixtures("hooks")
def test_stray_errors_go_to_the_log_and_to_one_calm_dialog(
    bench: Bench, runner: TaskRunner, qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    crash.install(runner.post, lambda code: calm_dialog(bench.window, code))

    def burst() -> None:
        raise ZeroDivisionError("stray")

    thread = threading.Thread(target=burst)
    thread.start()
    thread.join()
    boxes = bench.window.findChildren(QMessageBox)
    assert boxes == []
    qtbot.waitUntil(lambda: bool(bench.window.findChildren(QMessageBox)))
    calm_dialog(bench.window, "Again")
    boxes = bench.window.findChildren(QMessageBox)
    assert len(boxes) == 1
    assert "your bill is safe" in boxes[0].text()
    assert "stray" in caplog.text
    boxes[0].close()


@pytest.mark.usefixtures("hooks")
@pytest.mark.qt_no_exception_capture
def test_an_error_in_a_slot_is_logged(
    runner: TaskRunner, qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[str] = []
    crash.install(runner.post, told.append)

    def wrong() -> None:
        raise KeyError("slot")

    runner.post(wrong)
    qtbot.waitUntil(lambda: told == ["KeyError"])
    assert "unforeseen error" in caplog.text


@pytest.mark.usefixtures("hooks")
@pytest.mark.no_qt_log
def test_qt_speaks_to_the_log(caplog: pytest.LogCaptureFixture) -> None:
    crash.install(lambda call: call(), lambda code: None)
    with caplog.at_level(logging.WARNING, logger="qt"):
        qWarning("a warning of Qt")
    assert "a warning of Qt" in caplog.text
    assert QtMsgType.QtWarningMsg in crash._LEVELS


def test_the_collector_runs_only_on_its_timer(qtbot: QtBot) -> None:
    parent = QObject()
    try:
        collector = crash.Collector(parent)
        assert not gc.isenabled()
        with capture_exceptions() as exceptions:
            collector._collect()
        assert exceptions == []
    finally:
        gc.enable()


def test_a_counter_that_may_give_no_numbers_says_so_until_somebody_has_seen_it(
    bench: Bench,
) -> None:
    bench.events.locked.emit()
    QCoreApplication.processEvents()
    assert "may give no bill numbers" in bench.said
    assert bench.presenters.notices.blocking
