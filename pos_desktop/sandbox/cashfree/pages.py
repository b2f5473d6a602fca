"""What the customer of a practice Cashfree link sees; works without script."""

from html import escape

from litestar import Response, Router, get, post
from litestar.di import Provide
from litestar.response import Redirect

from pos_desktop.sandbox.cashfree import links, payments
from pos_desktop.sandbox.cashfree.objects import Register
from pos_desktop.sandbox.pages import page, rupees
from pos_desktop.sandbox.razorpay.payments import Attempt, NotPayable

_TITLE = "Practice payment"


@get("/{code:str}")
async def link_page(cashfree: Register, code: str) -> Response[str]:
    """The page of a link."""
    link = links.by_code(cashfree, code)
    if link is None:
        return page(_TITLE, "<p>There is no such link.</p>", status=404)
    if link.status not in links.PAYABLE:
        return page(_TITLE, f"<p>This link is {escape(link.status.lower())}.</p>")
    body = (
        f"<p>{escape(cashfree.features.merchant)}</p><p>{escape(link.ask.purpose)}</p>"
        f"<strong>{rupees(link.ask.amount - link.paid)}</strong>"
        f'<form method="post" action="/cashfree-links/{code}/pay"><button>Pay</button></form>'
        f'<form method="post" action="/cashfree-links/{code}/fail"><button>Fail</button></form>'
    )
    return page(_TITLE, body)


@post("/{code:str}/{act:str}", status_code=200)
async def press_on_link(cashfree: Register, code: str, act: str) -> Response[str] | Redirect:
    """The customer pressed Pay or Fail."""
    link = links.by_code(cashfree, code)
    if link is None or act not in ("pay", "fail"):
        return page(_TITLE, "<p>There is no such link.</p>", status=404)
    try:
        if act == "fail":
            payments.fail(cashfree, link, Attempt())
            again = f'<p>The payment failed.</p><p><a href="/cashfree-links/{code}">Again</a></p>'
            return page(_TITLE, again)
        payment = payments.pay(cashfree, link, Attempt())
    except NotPayable as error:
        return page(_TITLE, f"<p>{escape(str(error))}</p>", status=409)
    back = link.ask.meta.get("return_url")
    if back:
        return Redirect(str(back).replace("{link_id}", link.id), status_code=303)
    return page(_TITLE, f"<p>Paid {rupees(payment.amount)}.</p>")


def cashfree_pages_router(reg: Register) -> Router:
    """Pages below ``/cashfree-links``."""
    return Router(
        path="/cashfree-links",
        route_handlers=[link_page, press_on_link],
        dependencies={"cashfree": Provide(lambda: reg, sync_to_thread=False)},
    )
