"""Every kind of gateway that must keep the contract of the port."""

from collections.abc import Callable, Iterator

from pos_desktop.domain.payment import CollectKind
from tests.contracts.cashfree_world import CashfreeWorld
from tests.contracts.gateway_world import World
from tests.contracts.razorpay_world import RazorpayWorld
from tests.support.practice import Practice

#: Name -> (how its world is made beside the practice servers, what it can make payable).
WORLDS: dict[str, tuple[Callable[[Practice], World], tuple[CollectKind, ...]]] = {
    "razorpay": (RazorpayWorld, tuple(CollectKind)),
    "cashfree": (CashfreeWorld, tuple(CollectKind)),
}


def ways() -> Iterator[tuple[str, CollectKind]]:
    """Each thing that each kind of gateway makes payable."""
    for name, (_, kinds) in WORLDS.items():
        for kind in kinds:
            yield name, kind
