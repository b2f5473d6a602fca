"""A customer's number where only its shop may know it: what the feed says instead of the number."""

import hmac

_DIGITS = 10  # what +91..., 91... and the 0-form of an Indian number share
_LENGTH = 32


def phone_tag(secret: str, phone: str) -> str:
    """32 hex digits: HMAC-SHA256 of the last ten digits under the shop's callback secret.

    ``secret`` is the newest one (``StoreState.callback_secret``); a relay keeps it encrypted, under
    a key that is not in its database. Without the secret nobody can try out all numbers, so that a
    copy of the feed names nobody. "" where there are no ten digits or no secret: it fits no number.
    """
    digits = "".join(sign for sign in phone if sign.isascii() and sign.isdigit())[-_DIGITS:]
    if not secret or len(digits) < _DIGITS:
        return ""
    return hmac.new(secret.encode(), digits.encode(), "sha256").hexdigest()[:_LENGTH]
