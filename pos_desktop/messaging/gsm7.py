"""How long an SMS is: GSM-7 or UCS-2, in billed units (reference exotel 2.7)."""

import re

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_DOUBLE = frozenset("{}[]|\\~^€\f")

# What keyboards and catalogues put in place of plain signs; the rupee sign alone would make an
# SMS more than twice as dear.
_PLAIN = {
    "₹": "Rs ",
    "‘": "'",
    "’": "'",
    "“": '"',
    "”": '"',
    "–": "-",
    "—": "-",
    "…": "...",
    "\u00a0": " ",
    "`": "'",
}
_RUPEES = re.compile("₹ *")


def plain(text: str) -> str:
    """``text`` with typographic signs written as an SMS writes them (``Rs`` for the sign)."""
    text = _RUPEES.sub("Rs ", text)
    return "".join(_PLAIN.get(sign, sign) for sign in text)


def is_gsm7(text: str) -> bool:
    """Whether every sign is in the GSM-7 alphabet or its extension."""
    return all(sign in _BASIC or sign in _DOUBLE for sign in text)


def units(text: str) -> int:
    """Billed parts: 160 or 153 each in GSM-7, 70 or 67 UTF-16 units in UCS-2."""
    if is_gsm7(text):
        length = len(text) + sum(sign in _DOUBLE for sign in text)
        single, part = 160, 153
    else:
        length = len(text.encode("utf-16-le")) // 2
        single, part = 70, 67
    return 1 if length <= single else -(-length // part)
