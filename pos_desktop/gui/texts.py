"""What the screen says: one function from codes to sentences, ready for gettext.

Domain and services give codes and plain values; the sentences stand in ``gui/sentences*.py``
(English) and in ``resources/i18n/<lang>/LC_MESSAGES/raseed.po`` (other languages).
"""

import gettext
import logging
from collections.abc import Mapping

from pos_desktop import assets
from pos_desktop.domain.money import format_rupees
from pos_desktop.gui.sentences import SENTENCES

_log = logging.getLogger(__name__)
_MONEY = frozenset(
    {"due", "tendered", "limit", "amount", "change", "mrp", "price", "open", "taken", "balance"}
)
_state: dict[str, gettext.NullTranslations] = {"language": gettext.NullTranslations()}

CONSENT_VERSION = "2026-11"
"""Stored with each consent; a test ties it to the asking sentences, so they change together."""


def use_language(language: str) -> None:
    """Speak ``language`` (``en``, ``hi`` ...) from now on; English where it is not shipped."""
    found = gettext.NullTranslations()
    if language != "en":
        try:
            folder = str(assets.path("i18n"))
            found = gettext.translation("raseed", folder, languages=[language])
        except FileNotFoundError:
            _log.warning("language %s is not shipped; speaking English", language)
    _state["language"] = found


def say(code: str, /, **params: object) -> str:
    """The sentence of ``code`` with its placeholders filled; plain text, never markup.

    An unknown code gives a calm sentence with the code in it: a missing text must not stop a sale.
    """
    text = SENTENCES.get(code)
    if text is None:
        _log.error("no sentence for code %s", code)
        return say("unexpected", code=code)
    return _state["language"].gettext(text).format_map(_Filled(params))


def knows(code: str) -> bool:
    """Whether there is a sentence for ``code``."""
    return code in SENTENCES


class _Filled(dict[str, object]):
    """Paise under a money name become rupees; a missing value shows as a dash."""

    def __init__(self, params: Mapping[str, object]) -> None:
        super().__init__(
            {
                name: format_rupees(value, sign=True)
                if name in _MONEY and isinstance(value, int)
                else value
                for name, value in params.items()
            }
        )

    def __missing__(self, name: str) -> str:
        return "–"
