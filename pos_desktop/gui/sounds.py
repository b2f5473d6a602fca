"""Four tones from a thread, by the system's own player; silence is allowed, waiting is not."""

from __future__ import annotations

import logging
import shutil
import sys
import threading
from collections import deque
from functools import cached_property
from typing import TYPE_CHECKING

from pos_desktop import assets

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_log = logging.getLogger(__name__)

TONES = ("accepted", "error", "attention", "paid")
_PLAYERS = (("pw-play",), ("paplay",), ("aplay", "-q"))
_QUEUE = 4
_LONGEST = 5
"""Seconds; a player that hangs is ended, so the next tone is heard."""


class Sounds:
    """``play`` returns at once. While a tone sounds, a few may wait; the tick of an accepted scan
    never waits, because a queue of ticks would sound long after the scans."""

    def __init__(self, play_file: Callable[[Path], None] | None = None) -> None:
        self._given = play_file
        self._wake = threading.Condition()
        self._waiting: deque[str] = deque(maxlen=_QUEUE)
        self._sounding = False
        self._closed = False
        self._thread: threading.Thread | None = None

    @cached_property
    def _play_file(self) -> Callable[[Path], None] | None:
        """Looked for at the first tone: the start has no time for it."""
        return self._given or system_player()

    def missing(self) -> str:
        """Why nothing can be heard, as a code for the self-test; "" where all is well."""
        return "" if self._play_file is not None else "sound_missing"

    def play(self, tone: str) -> None:
        """Sound one of ``TONES`` as soon as possible; never blocks."""
        if self._play_file is None:
            return
        with self._wake:
            if tone == "accepted" and (self._sounding or self._waiting):
                return
            self._waiting.append(tone)
            self._wake.notify()
            if self._thread is None and not self._closed:
                self._thread = threading.Thread(target=self._work, name="tones", daemon=True)
                self._thread.start()

    def close(self) -> None:
        """End the thread; a tone that sounds now is heard to its end."""
        with self._wake:
            self._closed = True
            self._wake.notify()
        if self._thread is not None:
            self._thread.join(_LONGEST)

    def _work(self) -> None:
        while True:
            with self._wake:
                self._sounding = False
                self._wake.wait_for(lambda: self._waiting or self._closed)
                if self._closed:
                    return
                tone = self._waiting.popleft()
                self._sounding = True
            if self._play_file is not None:
                self._sound(tone, self._play_file)

    def _sound(self, tone: str, play_file: Callable[[Path], None]) -> None:
        from subprocess import SubprocessError

        try:
            play_file(assets.path(f"sounds/{tone}.wav"))
        except (OSError, SubprocessError, RuntimeError) as error:
            # The tone has a visual twin; trying again at the next one costs nothing.
            _log.warning("tone %s could not be played: %s", tone, error)


def system_player() -> Callable[[Path], None] | None:
    """The way this computer plays a WAV file, or None."""
    if sys.platform == "win32":
        import winsound

        return lambda file: winsound.PlaySound(str(file), winsound.SND_FILENAME)
    for command in _PLAYERS:
        found = shutil.which(command[0])
        if found is not None:
            words = [found, *command[1:]]
            return lambda file: _call([*words, str(file)])
    return None


def _call(words: list[str]) -> None:
    import subprocess

    subprocess.run(  # noqa: S603 - a player found on the path, a file of ours
        words,
        check=True,
        timeout=_LONGEST,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


class Silence:
    """For tests and for machines without a loudspeaker."""

    def play(self, tone: str) -> None:
        """Nothing is heard."""
