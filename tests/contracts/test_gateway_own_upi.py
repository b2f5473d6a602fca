"""The shop's own UPI QR under the contract of ``ports.Gateway``: the part that asks nobody.

No customer, bank or network stands behind it, so the tests of payments, refunds and faults are for
those that have them (they meet its refusals in ``tests/unit/gateways/test_manual_upi.py``). What is
made, found, closed and outlived must be as with every other kind.
"""

from collections.abc import Callable
from typing import cast

import pytest

from pos_desktop.domain.options import OwnUpiOptions
from pos_desktop.domain.payment import CollectKind
from pos_desktop.gateways.manual_upi import OwnUpi
from pos_desktop.net.http import wall_clock
from pos_desktop.ports import CollectSeen
from tests.contracts import test_gateway_collects as collects
from tests.contracts.gateway_case import Way
from tests.contracts.gateway_world import World
from tests.support.rig import FixedClock


class OwnWorld:
    """The only hand that it needs is the clock's."""

    name = "own_upi"

    def __init__(self) -> None:
        self.clock = FixedClock(wall_clock())

    def gateway(self, *, patience: float = 20.0, known: bool = True) -> OwnUpi:
        return OwnUpi(OwnUpiOptions("freshmart@examplebank", "Fresh Mart"), self.clock)

    def expire(self, seen: CollectSeen) -> None:
        assert seen.expires_at is not None
        self.clock.at = seen.expires_at


@pytest.mark.parametrize(
    "proves",
    [
        collects.test_what_is_made_is_open_in_paise_and_rupees,
        collects.test_it_is_found_by_our_reference_alone,
        collects.test_closing_twice_is_closing_once,
        collects.test_its_end_is_told,
        collects.test_an_id_that_the_gateway_does_not_know,
    ],
    ids=lambda test: test.__name__,
)
def test_own_upi_keeps_the_contract(proves: Callable[[Way], None]) -> None:
    # It has a gateway and an end and no more; the tests above ask for nothing else.
    proves(Way(cast(World, OwnWorld()), CollectKind.QR))
