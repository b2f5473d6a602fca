"""Logs as JSON lines in rotating files, with everything secret or personal masked.

The mask works on the finished text, so that it also catches what came in through arguments and
tracebacks (reliability (e), reference exotel 9 client 11).
"""

import json
import logging
import re
from datetime import UTC, datetime
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path

_FILE = "raseed.log"
_LARGEST = 5_000_000
_KEPT = 5
_HIDDEN = "***"

_MASKS: tuple[tuple[re.Pattern[str], str], ...] = (
    # Authorization headers, in text, JSON or a printed dictionary.
    (
        re.compile(r"(?i)(authorization\W{1,6}(?:basic|bearer)?\s*)[^\s\"',;}\]]+"),
        rf"\1{_HIDDEN}",
    ),
    (re.compile(r"(?i)\b(basic|bearer)\s+[a-z0-9+/=._~-]{8,}"), rf"\1 {_HIDDEN}"),
    # User name and password in an address.
    (re.compile(r"(?i)\b([a-z][a-z0-9+.-]*://)[^/\s@\"']+@"), rf"\1{_HIDDEN}@"),
    # Tokens of pages and pictures, secrets of callbacks and hooks.
    (re.compile(r"(/(?:i|q|pages|pictures)[/?])[A-Za-z0-9_-]{6,}"), rf"\1{_HIDDEN}"),
    (re.compile(r"(/cb/exotel/[^/\s]+/[^/\s]+/)[^/\s?\"']+"), rf"\1{_HIDDEN}"),
    (re.compile(r"(/hook/[^/\s]+/)[^/\s?\"']+"), rf"\1{_HIDDEN}"),
    (re.compile(r"\b(rzp_(?:live|test)_)\w+"), rf"\1{_HIDDEN}"),
    (
        re.compile(
            r"(?i)\b([a-z_-]*(?:secret|token|password|api_?key|passphrase|pin)[\"']?\s*[:=]\s*[\"']?)"
            r"[^\s\"'&,;}\]]+"
        ),
        rf"\1{_HIDDEN}",
    ),
    # E-mail addresses and UPI ids.
    (re.compile(r"[\w.+-]+(@[A-Za-z][\w.-]*)"), rf"{_HIDDEN}\1"),
    # Mobiles written in groups, then any run of ten or more digits; four stay to compare by.
    (re.compile(r"(?<!\d)(?:\+?91[ -]?|0)?[6-9]\d{4}[ -]\d(\d{4})(?!\d)"), r"••••••\1"),
    (re.compile(r"\d{6,}(\d{4})(?!\d)"), r"••••••\1"),
)


def redact(text: str) -> str:
    """``text`` without phone numbers, tokens, keys, passwords and UPI ids."""
    for pattern, replacement in _MASKS:
        text = pattern.sub(replacement, text)
    return text


class Redaction(logging.Filter):
    """Masks a record in place; belongs on every output, for records reach those of parents."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = redact(record.getMessage())
        record.args = ()
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = redact(record.exc_text)
        if record.stack_info:
            record.stack_info = redact(record.stack_info)
        return True


class JsonLines(logging.Formatter):
    """One JSON object per line: at (UTC), level, logger, thread, text, and the error's trace."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {
            "at": at,
            "level": record.levelname,
            "logger": record.name,
            "thread": record.threadName,
            "text": record.getMessage(),
        }
        trace = record.exc_text or (
            self.formatException(record.exc_info) if record.exc_info else None
        )
        if trace:
            line["error"] = trace
        return json.dumps(line, ensure_ascii=False)


class RotatingLog(RotatingFileHandler):
    """The log file. A disk that fails sets ``broken`` for the banner and stops nothing."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, maxBytes=_LARGEST, backupCount=_KEPT, encoding="utf-8")
        self.broken = False
        self.setFormatter(JsonLines())
        self.addFilter(Redaction())

    def _open(self) -> TextIOWrapper:
        """For the owner only, the files after a rotation too."""
        Path(self.baseFilename).touch(mode=0o600)
        Path(self.baseFilename).chmod(0o600)
        return super()._open()

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - a name of logging
        """The log is the one place where a failure cannot be logged."""
        self.broken = True


def start_logging(folder: Path, level: int = logging.INFO) -> RotatingLog | None:
    """Send the root logger to ``folder``; None where the file cannot be opened (the shop goes on).

    Libraries below us stay at WARNING: their debug lines carry whole addresses.
    """
    root = logging.getLogger()
    root.setLevel(level)
    for name in ("urllib3", "requests", "keyring", "PIL"):
        logging.getLogger(name).setLevel(logging.WARNING)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        output = RotatingLog(folder / _FILE)
    except OSError:
        root.addHandler(logging.NullHandler())
        return None
    root.addHandler(output)
    return output


def stop_logging(output: RotatingLog | None) -> None:
    """Flush and close what ``start_logging`` opened."""
    if output is not None:
        logging.getLogger().removeHandler(output)
        output.close()
