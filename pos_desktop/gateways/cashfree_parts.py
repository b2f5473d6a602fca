"""Rupees and moments in Cashfree's JSON (reference gateways 2.1).

Tolerant where versions differ: amounts come as number or text, times with or without an offset.
Strict about money: what is no exact number of paise is never guessed.
"""

import re
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

from pos_desktop.gateways.reading import unexpected

IST = timezone(timedelta(hours=5, minutes=30))
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_RUPEES = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,6})?")
_MOST_RUPEES = 10**12
_FINEST = -6


def as_paise(value: object, name: str) -> int:
    """Paise of an amount in rupees, sent as number or text. Raises GatewayError.

    Refused: negative, absent, more than 10**12 rupees, and any fraction of a paisa.
    """
    if isinstance(value, str) and _RUPEES.fullmatch(value):
        value = Decimal(value)
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise unexpected(f"{name} is not an amount")
    exact = Decimal(value)
    exponent = exact.as_tuple().exponent
    if not isinstance(exponent, int) or not 0 <= exact < _MOST_RUPEES:
        raise unexpected(f"{name} is no amount that can be")
    # Beyond this Decimal rounds, and a rounded amount is a guess.
    if exponent < _FINEST:
        raise unexpected(f"{name} is not in paise")
    paise = exact.scaleb(2)
    if paise != paise.to_integral_value():
        raise unexpected(f"{name} is not in paise")
    return int(paise)


def as_rupees(paise: int) -> Decimal:
    """``124950`` as ``1249.50``, to be sent as a JSON number."""
    return Decimal(paise).scaleb(-2)


def as_moment(value: object) -> int | None:
    """UTC milliseconds of an ISO 8601 time; without an offset it is meant in IST (2.1).

    None for what is no time.
    """
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    if not 2000 <= moment.year < 2200:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=IST)
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def iso_time(moment: int) -> str:
    """UTC milliseconds as Cashfree likes them: IST with its offset, in whole seconds."""
    return (_EPOCH + timedelta(seconds=moment // 1000)).astimezone(IST).isoformat()
