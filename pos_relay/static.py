"""The customer's pages as plain files, and the lists that lead to them.

Pure, like ``pages.render``: names and texts go in, HTML comes out.
"""

from collections.abc import Sequence

from markupsafe import Markup

from pos_desktop.wire import v1
from pos_relay.page_texts import CSS, LIST_TEMPLATE, language, other_language
from pos_relay.pages import PageLinks, environment, render

_list = environment.from_string(LIST_TEMPLATE)
_css = Markup(CSS)  # noqa: S704 - our own file, nothing from outside


def pages(content: v1.PageContent, name: str, *, pdf: bool) -> dict[str, str]:
    """``NAME.html`` in the shop's language and ``NAME.LANG.html`` in the other one: each leads to
    the other, and both to ``NAME.pdf`` where there is one."""
    here = language(None, content.lang)
    other = other_language(here, here)
    document = f"{name}.pdf" if pdf else ""
    there = f"{name}.{other}.html"
    return {
        f"{name}.html": render(content, PageLinks(document, there, here)),
        there: render(content, PageLinks(document, f"{name}.html", other)),
    }


def month(name: str, bills: Sequence[tuple[v1.PageContent, str]]) -> str:
    """The bills of one month as a table: ``name`` is 2026-11, each bill has its address."""
    rows = [
        (
            address,
            bill.number or bill.title,
            f"{bill.date}, {bill.time}",
            bill.token_no,
            bill.paid.label if bill.paid else "not paid",
            bill.total,
        )
        for bill, address in bills
    ]
    return _list.render(title=name, back="index.html", months=(), bills=rows, css=_css)


def index(months: Sequence[tuple[str, int]]) -> str:
    """The months, newest first, with the number of their bills."""
    rows = [(f"{name}.html", name, count) for name, count in reversed(months)]
    return _list.render(title="Bills", back="", months=rows, bills=(), css=_css)
