"""A promise of the program that did not hold."""


class Broken(Exception):
    """``promise`` names what does not hold."""

    def __init__(self, promise: str, text: str) -> None:
        super().__init__(f"{promise}: {text}")
        self.promise = promise


def hold(promise: str, holds: object, text: object = "") -> None:
    """Raises Broken unless it holds."""
    if not holds:
        raise Broken(promise, str(text))
