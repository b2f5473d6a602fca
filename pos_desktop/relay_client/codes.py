"""Codes that the manager's counter makes: drawn from a key of its own, so that it needs to remember
only how many there were to know later which counters joined with one of them."""

import hmac
from typing import NamedTuple

from pos_desktop.wire import enrolment


class Invitation(NamedTuple):
    """Both halves of a code; only the first one travels."""

    lookup: str
    secret: str


def drawn(master: bytes, number: int) -> Invitation:
    """The code of this number; whether its look-up half is free is for the relay to say."""
    # The alphabet has 32 letters: five bits of each byte, none likelier than another.
    letters = enrolment.ALPHABET
    stream = hmac.digest(master, b"raseed code %d" % number, "sha256")
    text = "".join(letters[byte % len(letters)] for byte in stream)
    ends = enrolment.LOOKUP_LENGTH, enrolment.LOOKUP_LENGTH + enrolment.SECRET_LENGTH
    return Invitation(text[: ends[0]], text[ends[0] : ends[1]])
