"""Which accounts are looked over: the one in use, and former ones while their bills are young."""

from pos_desktop.ports import Gateway, Gateways, UnitOfWork

YOUNG_MS = 10 * 24 * 3600 * 1000
"""Money comes up to five days late; a till may have been off for some days besides."""


def accounts(uow: UnitOfWork, gateways: Gateways, now: int) -> list[Gateway]:
    """The gateway in use first."""
    primary = gateways.primary
    others = (one for one in gateways.others.values() if one.name != primary.name)
    return [primary, *(one for one in others if _young(uow, one.name, now))]


def _young(uow: UnitOfWork, name: str, now: int) -> bool:
    newest = uow.collects.newest(name)
    return newest is not None and now - newest < YOUNG_MS
