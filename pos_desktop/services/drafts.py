"""The bill that is being made, kept so that a power cut does not lose it."""

from dataclasses import dataclass

from pos_desktop.ports import Store

NOTE = "draft"
"""The note that holds it."""


@dataclass(frozen=True, slots=True)
class Drafts:
    """Saves the cart as text (JSON made by ``Cart.to_json``); db lane."""

    store: Store

    def save(self, text: str) -> None:
        """Durable when it returns; an empty text means that there is no draft."""
        with self.store.write() as uow:
            uow.notes.put(NOTE, text)
            uow.commit()

    def load(self) -> str | None:
        """The last draft, or None."""
        with self.store.read() as uow:
            return uow.notes.get(NOTE) or None
