"""What of a customer's answer counts: whether it asks for no more messages. Pure.

The words are all in ``_WORDS``. English ones: what Meta's own opt-out button and the operators'
DLT rules let people send; ``CANCEL``, ``END`` and ``QUIT`` are not among them, because a shop's
customer may mean the order. Hindi, Marathi and Tamil ones: the same request in the scripts of our
pages' readers. The whole answer must be one of them: "do not stop" and "stop by at 6" are talk.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping

_KINDS = ("icm", "incoming_message")  # the documentation's word and the live one
_WORDS = frozenset(
    {
        *("stop", "stop all", "stopall", "unsubscribe", "opt out", "optout", "stop promotions"),
        *("band", "band karo", "roko"),
        *("बंद", "बन्द", "बंद करो", "बन्द करो", "बंद करें", "रोको", "रोकें", "रोक दो"),  # Hindi
        *("बंद करा", "थांबवा"),  # Marathi
        *("நிறுத்து", "நிறுத்துங்கள்", "நிறுத்தவும்"),  # Tamil
    }
)
_TALK = 100  # so many letters are no word any more
_BETWEEN = re.compile(r"[\s\-_.,!?।'\"*:;()]+")
_LINKS = ("sid", "id", "message_sid", "message_id")


def is_incoming(entry: Mapping[str, object]) -> bool:
    """Whether a callback's entry is a customer's answer and not the fate of a message."""
    return entry.get("callback_type") in _KINDS


def asks_to_stop(entry: Mapping[str, object]) -> bool:
    """Whether an answer (its text or the pressed button) is one of the words."""
    content = _mapping(entry.get("content"))
    said = (words for words in _said(content) if isinstance(words, str) and len(words) < _TALK)
    return any(_plain(words) in _WORDS for words in said)


def answered(entry: Mapping[str, object]) -> object:
    """Id of our message that was answered, as it stands there; None where it is not told."""
    context = _mapping(_mapping(entry.get("content")).get("context"))
    return next((context[name] for name in _LINKS if context.get(name)), None)


def _said(content: Mapping[str, object]) -> Iterator[object]:
    button, text = _mapping(content.get("button")), content.get("text")
    yield from (button.get("text"), button.get("payload"), text, _mapping(text).get("body"))
    pressed = _mapping(_mapping(content.get("interactive")).get("button_reply"))
    yield from (pressed.get("title"), pressed.get("id"))


def _plain(said: str) -> str:
    folded = unicodedata.normalize("NFC", said).casefold()
    return _BETWEEN.sub(" ", folded).strip()


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}
