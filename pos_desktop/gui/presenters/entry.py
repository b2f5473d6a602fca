"""What comes into the bill: scans, typed codes and names, quick keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from pos_desktop.domain.barcode import looks_like_url_or_upi, normalise_code
from pos_desktop.domain.errors import InputError
from pos_desktop.domain.money import is_loose, parse_qty
from pos_desktop.domain.sale import Item
from pos_desktop.gui.presenters.notices import Notices
from pos_desktop.gui.presenters.sale import ONE, SalePresenter

if TYPE_CHECKING:
    from pos_desktop.ports import CatalogueReader


MATCHES = 8


@dataclass(frozen=True, slots=True)
class Entry:
    """What stands in the scan field: an optional quantity before ``*`` and the rest."""

    qty: int | None
    rest: str

    @classmethod
    def of(cls, text: str) -> Entry:
        """``3*milk`` is quantity 3 and ``milk``. Raises InputError ``qty_...``."""
        before, star, rest = text.partition("*")
        if not star:
            return cls(None, text.strip())
        return cls(parse_qty(before), rest.strip())


class EntryView(Protocol):
    """The scan field and the popup under it."""

    def clear_entry(self) -> None: ...
    def show_matches(self, items: Sequence[Item], text: str, *, mark: bool) -> None:
        """Names that match; ``mark``: Enter takes the first. No text hides the popup."""
        ...


class EntryPresenter:
    """Finds the article of a code or name and adds it; refuses while a message must be seen."""

    def __init__(
        self,
        view: EntryView,
        sale: SalePresenter,
        catalogue: CatalogueReader,
        notices: Notices,
    ) -> None:
        self._view = view
        self.sale = sale
        self._catalogue = catalogue
        self._notices = notices
        self._held: list[str] = []

    def on_scan(self, code: str, typed: str = "") -> None:
        """A scanner read ``code``; ``typed`` is what stood in the scan field (``3*``).

        Half a name that somebody was typing does not spoil a scan: only a quantity counts.
        """
        if self.sale.frozen:
            self._held.append(code)
            return
        if self._refused():
            return
        qty = None
        if typed.rstrip().endswith("*"):
            entry = self._entry(typed)
            if entry is None:
                return
            qty = entry.qty
        self._add_code(code, qty)

    def on_enter(self, text: str, picked: Item | None = None) -> None:
        """Enter in the scan field: the item marked in the popup, or an exact code.

        An empty field acknowledges a message: Enter never confirms anything else there.
        """
        if not text.strip():
            self._notices.acknowledge()
            return
        if self._refused():
            return
        entry = self._entry(text)
        if entry is None:
            return
        if picked is not None:
            self._take(picked, entry.qty)
        elif entry.rest:
            self._add_code(entry.rest, entry.qty)

    def on_text(self, text: str) -> None:
        """Somebody types: names that match are offered. Figures may be a code, so the first match
        is marked only where a letter was typed."""
        words = text.rpartition("*")[2].strip()
        if len(words) < 2:
            self._view.show_matches((), "", mark=False)
            return
        mark = any(letter.isalpha() for letter in words)
        found = self._catalogue.search(words, MATCHES)
        self._view.show_matches(found, words if found or mark else "", mark=mark)

    def on_quick(self, item: Item, typed: str = "") -> None:
        """A quick key: one piece, or the sheet that asks the weight; ``3*`` counts here too."""
        if self._refused():
            return
        entry = self._entry(typed) if "*" in typed else Entry(None, "")
        if entry is not None:
            self._take(item, entry.qty)

    def hold(self) -> None:
        """A bill is being committed: scans wait, so that none lands on the wrong bill."""
        self.sale.frozen = True

    def release(self) -> None:
        """The commit ended; what was scanned meanwhile belongs to the bill that stands now."""
        self.sale.frozen = False
        held, self._held = self._held, []
        for code in held:
            self.on_scan(code)

    def _refused(self) -> bool:
        if self.sale.frozen:
            self._notices.error("busy")
            return True
        if self._notices.blocking:
            self._notices.refuse_scan()
            return True
        return False

    def _entry(self, text: str) -> Entry | None:
        try:
            return Entry.of(text)
        except InputError as error:
            self._notices.failed(error)
            self._view.clear_entry()
            return None

    def _add_code(self, code: str, qty: int | None) -> None:
        item = self._find(code)
        if item is not None:
            self._take(item, qty)
            return
        self._view.clear_entry()
        if looks_like_url_or_upi(code):
            self._notices.must_see("not_a_product")
        else:
            self._notices.must_see("unknown_code", code=code[:32])

    def _find(self, code: str) -> Item | None:
        try:
            return self._catalogue.find(normalise_code(code))
        except InputError:
            # A code that cannot be one is unknown like any other; the sentence shows it.
            return None

    def _take(self, item: Item, qty: int | None) -> None:
        self._view.clear_entry()
        if qty is None and is_loose(item.unit):
            self.sale.ask(item)
            return
        self.sale.add(item, ONE if qty is None else qty)
