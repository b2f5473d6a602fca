"""What the last digits of a practice number decide."""

from pos_desktop.sandbox.exotel.outcomes import ACCEPT_THEN_HANG, ending


def test_the_number_that_everybody_types_gets_its_messages() -> None:
    assert ending("+919876543210") == "00"
    assert ending("+919876500010") == ACCEPT_THEN_HANG
    assert ending("+919876543202") == "02"
