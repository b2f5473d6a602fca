"""Scenes of customers' numbers for the pictures (see ``shots``)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pos_desktop.gui.keys import Command
from pos_desktop.services.views import DeskState
from tests.support.window_fakes import waiting_bills

if TYPE_CHECKING:
    from tests.gui.shots import Studio

HERS = "9876543210"


def silent(studio: Studio) -> None:
    """A number that wants no messages is typed."""
    studio.bill()
    studio.waiting()
    studio.counter.presenters.customer.on_key()
    studio.counter.presenters.customer.on_none()
    studio.played.numbers.silent.add(f"+91{HERS}")
    studio.counter.presenters.pay.on_request()
    studio.counter.presenters.customer.on_typed(HERS)


def refused(studio: Studio) -> None:
    """A waiting bill whose number wants no messages."""
    studio.bill()
    studio.waiting()
    told = {"message_words": "dropped", "message_reason": "opted_out", "attention": True}
    bills = [replace(b, **told) if b.token_no == 17 else b for b in waiting_bills()]  # type: ignore[arg-type]  # its own fields
    studio.played.desk.now = DeskState(tuple(bills), 0, None, 1)
    studio.counter.wiring.on_changed()


def refused_menu(studio: Studio) -> None:
    """What can be done with it."""
    refused(studio)
    studio.counter.presenters.menu.open("A17")


def number_menu(studio: Studio) -> None:
    """The number of a waiting bill."""
    studio.bill()
    studio.waiting()
    studio.counter.presenters.menu.open("A17")
    studio.counter.presenters.money.choices.on_choice("menu_number")


def correct(studio: Studio) -> None:
    """The right number is typed."""
    number_menu(studio)
    studio.counter.presenters.money.choices.on_choice("menu_correct")


def correct_again(studio: Studio) -> None:
    """And once more."""
    correct(studio)
    number = studio.counter.presenters.money.number
    number.on_typed("9812345678")
    number.on_enter()


def correct_ready(studio: Studio) -> None:
    """Both are the same."""
    correct_again(studio)
    studio.counter.presenters.money.number.on_typed("9812345678")


def forget(studio: Studio) -> None:
    """A number is to be erased."""
    studio.bill()
    studio.waiting()
    studio.counter.wiring.on_command(Command.MENU)
    studio.counter.presenters.money.choices.on_choice("forget")
    studio.counter.presenters.money.number.on_typed(HERS)


def more(studio: Studio) -> None:
    """Where it is found."""
    studio.bill()
    studio.waiting()
    studio.counter.wiring.on_command(Command.MENU)


NUMBERS = {
    "number-silent": (silent, None),
    "number-refused": (refused, None),
    "number-refused-menu": (refused_menu, None),
    "number-menu": (number_menu, None),
    "number-correct": (correct, None),
    "number-correct-again": (correct_again, None),
    "number-correct-ready": (correct_ready, None),
    "number-forget": (forget, None),
    "number-more": (more, None),
}
