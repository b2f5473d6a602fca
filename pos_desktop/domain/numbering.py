"""Days, financial years and document numbers, all in the shop's time (IST, +05:30, no DST)."""

import re
from datetime import UTC, datetime, timedelta, timezone

from pos_desktop.domain.errors import DomainError, InputError

_IST = timezone(timedelta(hours=5, minutes=30), "IST")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_IST_MS = 19_800_000
_DAY_MS = 86_400_000

#: Highest numbers of one series and year; then a new series is needed.
MAX_INVOICE = 999_999
MAX_CREDIT_NOTE = 99_999

# Crockford base32 has no I, L, O and U. E begins emergency series, P practice ones.
_ENROLLED = re.compile(r"[A-DF-HJKMNQ-TV-Z][0-9A-HJKMNP-TV-Z]{2}")
_PRACTICE = re.compile(r"P[0-9A-HJKMNP-TV-Z]{2}")
_EMERGENCY = re.compile(r"E[0-9A-HJKMNP-TV-Z]{3}")
_FY = re.compile(r"[0-9]{4}")
# Rule 46 (b), narrowed by the e-invoice portal (reference domain 1.3).
_LEGAL = re.compile(r"[A-Z1-9][A-Z0-9/-]{0,15}")


def _ist(at_ms: int) -> datetime:
    # timedelta keeps integers exact where fromtimestamp() would need a float.
    return (_EPOCH + timedelta(milliseconds=at_ms)).astimezone(_IST)


def financial_year(at_ms: int) -> str:
    """The year from 1 April in which this moment falls in India: ``2627`` for 2026-27."""
    at = _ist(at_ms)
    first = at.year if at.month >= 4 else at.year - 1
    return f"{first % 100:02d}{(first + 1) % 100:02d}"


def ist_day(at_ms: int) -> int:
    """The business day as ``yyyymmdd``."""
    at = _ist(at_ms)
    return at.year * 10_000 + at.month * 100 + at.day


def ist_midnight(at_ms: int) -> int:
    """The moment at which this business day began."""
    return at_ms - (at_ms + _IST_MS) % _DAY_MS


def ist_hour(at_ms: int) -> int:
    """The hour of the day, 0 to 23."""
    return _ist(at_ms).hour


def ist_date_text(at_ms: int) -> str:
    """The date as on paper: ``23-11-2026``."""
    return f"{_ist(at_ms):%d-%m-%Y}"


def ist_time_text(at_ms: int) -> str:
    """The time of day: ``10:43``."""
    return f"{_ist(at_ms):%H:%M}"


def is_series(series: str) -> bool:
    """Whether this is one of our series: enrolled (``C2A``), practice (``P2A``) or emergency
    (``E7K9``)."""
    return any(kind.fullmatch(series) for kind in (_ENROLLED, _PRACTICE, _EMERGENCY))


def is_practice_series(series: str) -> bool:
    """Whether documents of this series are only practice."""
    return _PRACTICE.fullmatch(series) is not None


def is_emergency_series(series: str) -> bool:
    """Whether a counter made this series itself, because the relay was not reachable."""
    return _EMERGENCY.fullmatch(series) is not None


def emergency_series(letters: str) -> str:
    """``E`` and three random characters of the alphabet of series (Crockford base32).

    Raises InputError ``series_invalid`` for other letters.
    """
    series = f"E{letters}"
    if not is_emergency_series(series):
        raise InputError("series_invalid", series=series)
    return series


def is_document_number(text: str) -> bool:
    """Whether this may stand on a document: Rule 46 (b) and the e-invoice portal's own rule."""
    return _LEGAL.fullmatch(text) is not None


def invoice_number(series: str, fy: str, number: int) -> str:
    """``C2A/2627/000123``, at most 16 characters (architecture 10).

    Raises InputError ``series_invalid``, ``fy_invalid``; DomainError ``series_exhausted`` above
    999999, ``number_invalid`` below 1.
    """
    return f"{_head(series, '', fy)}{_counted(number, MAX_INVOICE):06d}"


def credit_note_number(series: str, fy: str, number: int) -> str:
    """``C2AC/2627/00012``, the series of credit notes; errors as ``invoice_number``."""
    return f"{_head(series, 'C', fy)}{_counted(number, MAX_CREDIT_NOTE):05d}"


def _head(series: str, mark: str, fy: str) -> str:
    if not is_series(series):
        raise InputError("series_invalid", series=series)
    if not _FY.fullmatch(fy) or (int(fy[:2]) + 1) % 100 != int(fy[2:]):
        raise InputError("fy_invalid", fy=fy)
    return f"{series}{mark}/{fy}/"


def _counted(number: int, limit: int) -> int:
    if number < 1:
        raise DomainError("number_invalid", number=number)
    if number > limit:
        raise DomainError("series_exhausted", limit=limit)
    return number
