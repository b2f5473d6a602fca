"""How many units an SMS is billed (reference exotel 2.7)."""

_ONE = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_TWO = frozenset("{}[]|\\~^€\f")


def is_gsm(body: str) -> bool:
    """Whether every character has a place in GSM-7."""
    return all(c in _ONE or c in _TWO for c in body)


def units(body: str) -> int:
    """Billed units: 160 or ceil(n/153) in GSM-7, 70 or ceil(n/67) in UCS-2."""
    if is_gsm(body):
        length, single, part = sum(2 if c in _TWO else 1 for c in body), 160, 153
    else:
        length, single, part = len(body.encode("utf-16-le")) // 2, 70, 67
    return 1 if length <= single else -(-length // part)
