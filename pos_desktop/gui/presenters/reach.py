"""Whether the gateway can make anything now. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pos_desktop.services.views import LampState

if TYPE_CHECKING:
    from pos_desktop.services.views import DeskState, Lamp

# Lamps without which the gateway makes nothing.
_NEEDED = frozenset({"internet", "gateway"})


class Reach:
    """What lamps and desk say of the gateway: ``off`` it refuses the shop, ``away`` it would not
    answer now."""

    def __init__(self) -> None:
        self.off = False
        self._down: frozenset[str] = frozenset()

    @property
    def away(self) -> bool:
        """Whether nothing can be had from it now."""
        return self.off or bool(self._down)

    def on_lamps(self, lamps: tuple[Lamp, ...]) -> None:
        """Some lamps changed; the others stay."""
        known = frozenset(lamp.name for lamp in lamps)
        down = {lamp.name for lamp in lamps if lamp.state is LampState.DOWN}
        self._down = (self._down - known | down) & _NEEDED

    def on_desk(self, state: DeskState) -> None:
        """A service went off or on."""
        self.off = any(service.name == "gateway" for service in state.services_off)
