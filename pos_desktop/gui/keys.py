"""Every key of the counter in one table: windows, buttons and the help page read it."""

from dataclasses import dataclass
from enum import StrEnum


class Command(StrEnum):
    """What a key does; the sentence of the help page is ``key_<value>`` in gui/texts.py."""

    HELP = "help"
    FIND = "find"
    PHONE = "phone"
    PARK = "park"
    WAITING = "waiting"
    QUANTITY = "quantity"
    REQUEST = "request"
    CASH = "cash"
    SPLIT = "split"
    QR = "qr"
    REMOTE = "remote"
    PRINT = "print"
    RECEIPT = "receipt"
    RETURN = "return"
    INBOX = "inbox"
    GOODS = "goods"
    MENU = "menu"
    TEST = "test"
    REFUSE = "refuse"
    BACK = "back"
    REMOVE = "remove"
    MORE = "more"
    LESS = "less"
    UP = "up"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class Key:
    """``sequence`` in Qt's portable text; ``window``: works wherever the focus is.

    The others belong to the scan field, so that a dialog's own fields keep them.
    """

    command: Command
    sequence: str
    window: bool = True

    @property
    def cap(self) -> str:
        """The key as it is printed on buttons and in the help."""
        return self.sequence


# Never Ctrl+I, Ctrl+J or Ctrl+M: scanners type them for the control characters after a code.
KEYS: tuple[Key, ...] = (
    Key(Command.HELP, "F1"),
    Key(Command.FIND, "F2"),
    Key(Command.PHONE, "F3"),
    Key(Command.PARK, "F4"),
    Key(Command.WAITING, "F5"),
    Key(Command.QUANTITY, "F6"),
    Key(Command.REQUEST, "F9"),
    Key(Command.CASH, "F10"),
    Key(Command.SPLIT, "F11"),
    Key(Command.QR, "F12"),
    Key(Command.REMOTE, "Shift+F9"),
    Key(Command.PRINT, "Ctrl+P"),
    Key(Command.RECEIPT, "Ctrl+R"),
    Key(Command.RETURN, "Ctrl+T"),
    Key(Command.INBOX, "Ctrl+B"),
    Key(Command.GOODS, "Ctrl+G"),
    Key(Command.MENU, "Ctrl+O"),
    Key(Command.TEST, "Ctrl+E"),
    Key(Command.REFUSE, "Ctrl+N"),
    Key(Command.BACK, "Esc", window=False),
    Key(Command.REMOVE, "Del", window=False),
    Key(Command.MORE, "+", window=False),
    Key(Command.LESS, "-", window=False),
    Key(Command.UP, "Up", window=False),
    Key(Command.DOWN, "Down", window=False),
)


def cap(command: Command) -> str:
    """The key printed on the button of ``command``."""
    return next(key.cap for key in KEYS if key.command is command)
