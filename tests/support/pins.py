"""A hasher of PINs that costs nothing, for tests that try many; the real one is Argon2."""

import hashlib

from pos_desktop.domain.errors import Unavailable


class PlainPins:
    """``ports.PinHasher``; ``lost`` plays a key store without its pepper."""

    def __init__(self) -> None:
        self.lost = False
        self.looks = 0

    def hash(self, pin: str) -> str:
        self._there()
        return hashlib.sha256(pin.encode()).hexdigest()

    def matches(self, pin_hash: str, pin: str) -> bool:
        self._there()
        self.looks += 1
        return self.hash(pin) == pin_hash

    def _there(self) -> None:
        if self.lost:
            raise Unavailable("pin_pepper_missing")
