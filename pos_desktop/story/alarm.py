"""Whatever goes wrong in the program without anybody asking breaks the story that is played."""

import logging
import sys
import threading
import traceback
from types import TracebackType

from pos_desktop.story.record import Broken


class Alarm(logging.Handler):
    """Hears exceptions that nobody caught, in slots and threads too, and errors in the log."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self._heard: list[str] = []
        self._before = (sys.excepthook, threading.excepthook)
        sys.excepthook = self._on_exception
        threading.excepthook = self._on_thread
        logging.getLogger().addHandler(self)

    def end(self) -> None:
        """Listen no more; what nobody was told yet goes to standard error."""
        logging.getLogger().removeHandler(self)
        sys.excepthook, threading.excepthook = self._before
        sys.stderr.write("".join(self._heard))

    def check(self) -> None:
        """Raise Broken if anything was heard."""
        heard, self._heard = self._heard, []
        if heard:
            raise Broken("\n".join(heard))

    def emit(self, record: logging.LogRecord) -> None:
        """An error that was logged."""
        self._heard.append(logging.Formatter().format(record))

    def _on_exception(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        self._heard.append("".join(traceback.format_exception(kind, error, trace)))

    def _on_thread(self, args: threading.ExceptHookArgs) -> None:
        trace = traceback.format_exception(args.exc_type, args.exc_value, args.exc_traceback)
        self._heard.append("".join(trace))
