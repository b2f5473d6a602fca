"""``raseed export-pages``: all hosted pages as plain files, for a host without the relay.

The relay cannot do this: it has the sealed pages and none of their tokens. The counter has both.
"""

import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import msgspec

from pos_desktop.bootstrap.window import DATABASE
from pos_desktop.domain.errors import InputError, RaseedError
from pos_desktop.settings.paths import folders
from pos_desktop.storage.hosted import HostedPage, hosted_pages
from pos_desktop.wire import seal, v1

_FOLDER = "i"
"""Where the relay's links lead: ``/i/TOKEN``."""


class Site(Protocol):
    """What makes the files: ``pos_relay.static``, handed in because the counter never loads it."""

    def pages(self, content: v1.PageContent, name: str, *, pdf: bool) -> Mapping[str, str]:
        """File name to HTML of one bill; the first is ``NAME.html``."""
        ...

    def month(self, name: str, bills: Sequence[tuple[v1.PageContent, str]]) -> str:
        """The list of one month (``2026-11``): bills and the addresses of their pages."""
        ...

    def index(self, months: Sequence[tuple[str, int]]) -> str:
        """The list of months (``2026-11``) with the number of their bills."""
        ...


@dataclass
class _Export:
    target: Path
    site: Site
    months: dict[str, list[tuple[v1.PageContent, str]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    unread: list[str] = field(default_factory=list)

    def page(self, page: HostedPage) -> None:
        """Write the files of one bill; one that does not open is noted and left out."""
        token = page.link_token
        try:
            plain = seal.open_sealed(token, seal.PAGE, page.revision, page.content)
            content = msgspec.json.decode(plain, type=v1.PageContent)
            pdf = page.pdf and seal.open_sealed(token, seal.PDF, page.revision, page.pdf)
        except (seal.SealError, msgspec.DecodeError):
            self.unread.append(page.order_id)
            return
        for name, html in self.site.pages(content, token, pdf=pdf is not None).items():
            self._write(f"{_FOLDER}/{name}", html.encode())
        if pdf is not None:
            self._write(f"{_FOLDER}/{token}.pdf", pdf)
        # What a list shows is little: the lines of a year's bills need not stay in memory.
        brief = msgspec.structs.replace(content, lines=(), tax_rows=(), logo="")
        self.months[f"{content.date[6:]}-{content.date[3:5]}"].append(
            (brief, f"{_FOLDER}/{token}.html")
        )

    def lists(self) -> int:
        """Write the index and a list for each month; the number of bills."""
        for month, bills in self.months.items():
            self._write(f"{month}.html", self.site.month(month, bills).encode())
        counts = [(month, len(bills)) for month, bills in sorted(self.months.items())]
        self._write("index.html", self.site.index(counts).encode())
        return sum(count for _, count in counts)

    def _write(self, name: str, content: bytes) -> None:
        file = self.target / name
        file.touch(mode=0o600)
        file.write_bytes(content)


def export_pages(target: Path, data: Path | None, site: Site) -> int:
    """Write all pages into the new or empty folder ``target``: ``index.html``, a list for each
    month, ``i/TOKEN.html`` and ``i/TOKEN.pdf``. 0 done, 1 some pages do not open, 2 cannot."""
    try:
        export = _Export(_empty(target), site)
        for page in hosted_pages(folders(data).data / DATABASE):
            export.page(page)
        count = export.lists()
    except RaseedError as error:
        sys.stderr.write(f"export-pages: {error}\n")
        return 2
    except OSError as error:
        sys.stderr.write(f"export-pages: {target} cannot be written: {error.strerror}\n")
        return 2
    sys.stdout.write(
        f"{count} bills written; {target / 'index.html'} lists them. Whoever has a file can read "
        "that bill: keep the lists for the shop, publish the folder i only.\n"
    )
    for order_id in export.unread:
        sys.stderr.write(f"export-pages: the page of {order_id} does not open\n")
    return 1 if export.unread else 0


def _empty(target: Path) -> Path:
    """The folder, made where it is missing. Files of others are never overwritten."""
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any(target.iterdir()):
        text = f"The folder {target} is not empty."
        raise InputError("export_folder", text, folder=str(target))
    (target / _FOLDER).mkdir(mode=0o700)
    return target
