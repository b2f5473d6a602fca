"""What the customer sees in practice: the pay page of a link, the poster of a QR code.

The page works without script. Names of pages and pictures are random, as the real ones are.
"""

from html import escape
from urllib.parse import urlencode

from litestar import Response, Router, get, post
from litestar.di import Provide
from litestar.response import Redirect

from pos_desktop.sandbox.png import picture
from pos_desktop.sandbox.qr_matrix import matrix
from pos_desktop.sandbox.razorpay import links, payments, qrs
from pos_desktop.sandbox.razorpay.entities import upi_payload
from pos_desktop.sandbox.razorpay.objects import Link, Payment, Register
from pos_desktop.sandbox.shapes import signature

_STYLE = (
    "body{font:1.1rem/1.5 system-ui,sans-serif;max-width:26rem;margin:2rem auto;padding:0 1rem}"
    "header{border:.4rem dashed #b45309;padding:.5rem 1rem;text-align:center}"
    "strong{font-size:2rem;display:block}"
    "button{font:inherit;width:100%;padding:.8rem;margin:.4rem 0;border-radius:.5rem}"
)
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
}


@get("/rzp/{code:str}")
async def pay_page(reg: Register, code: str) -> Response[str]:
    """The page behind a short link. Opening it gives the link its order (1.3)."""
    link = links.by_code(reg, code)
    if link is None:
        return page("Practice payment", "<p>There is no such link.</p>", status=404)
    if link.status not in links.PAYABLE:
        return page("Practice payment", f"<p>This link is {escape(link.status)}.</p>")
    links.open_page(reg, link)
    shop = link.ask.shop or reg.features.merchant
    due = link.ask.amount - link.amount_paid
    body = (
        f"<p>{escape(shop)}</p><p>{escape(link.ask.description)}</p>"
        f"<strong>{rupees(due)}</strong>"
        f'<form method="post" action="/rzp/{code}/pay"><button>Pay</button></form>'
        f'<form method="post" action="/rzp/{code}/fail"><button>Fail</button></form>'
    )
    return page("Practice payment", body)


@post("/rzp/{code:str}/{act:str}", status_code=200)
async def press(reg: Register, code: str, act: str) -> Response[str] | Redirect:
    """The customer pressed Pay or Fail."""
    link = links.by_code(reg, code)
    if link is None or act not in ("pay", "fail"):
        return page("Practice payment", "<p>There is no such link.</p>", status=404)
    try:
        if act == "fail":
            payments.fail(reg, link, payments.Attempt())
            again = f'<p>The payment failed.</p><p><a href="/rzp/{code}">Try again</a></p>'
            return page("Practice payment", again)
        payment = payments.pay(reg, link, payments.Attempt())
    except payments.NotPayable as error:
        return page("Practice payment", f"<p>{escape(str(error))}</p>", status=409)
    # UPI links never send the customer back (1.3).
    if link.ask.callback_url and not link.ask.upi_link:
        return Redirect(return_url(reg, link, payment), status_code=303)
    return page("Practice payment", f"<p>Paid {rupees(payment.amount)}.</p>")


@get("/i/{code:str}")
async def picture_link(reg: Register, code: str) -> Response[str] | Redirect:
    """``image_url`` is a short link that leads to the picture."""
    if qrs.by_code(reg, code) is None:
        return page("Practice payment", "<p>There is no such picture.</p>", status=404)
    return Redirect(f"/posters/{code}.png", status_code=302)


@get("/posters/{name:str}")
async def poster(reg: Register, name: str) -> Response[bytes]:
    """The picture of a QR code; always made from the raw text, whatever the API shows."""
    qr = qrs.by_code(reg, name.removesuffix(".png"))
    if qr is None:
        return Response(b"", status_code=404, media_type="text/plain")
    return Response(picture(matrix(upi_payload(reg, qr)), 8), media_type="image/png")


def pages_router(reg: Register) -> Router:
    """Pages and pictures at the root."""
    return Router(
        path="/",
        route_handlers=[pay_page, press, picture_link, poster],
        dependencies={"reg": Provide(lambda: reg, sync_to_thread=False)},
    )


def return_url(reg: Register, link: Link, payment: Payment) -> str:
    """Where the customer's browser goes after paying, signed with the API key secret (1.3)."""
    message = f"{link.id}|{link.ask.reference_id}|{link.status}|{payment.id}"
    query = {
        "razorpay_payment_id": payment.id,
        "razorpay_payment_link_id": link.id,
        "razorpay_payment_link_reference_id": link.ask.reference_id,
        "razorpay_payment_link_status": link.status,
        "razorpay_signature": signature(reg.keys.key_secret, message.encode()),
    }
    joint = "&" if "?" in link.ask.callback_url else "?"
    return link.ask.callback_url + joint + urlencode(query)


def page(title: str, body: str, *, status: int = 200) -> Response[str]:
    """A page of the practice servers, unmistakably so; ``body`` is HTML."""
    text = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head>'
        f"<body><header>PRACTICE - no real money</header><h1>{title}</h1>{body}</body></html>"
    )
    return Response(text, status_code=status, media_type="text/html", headers=_HEADERS)


def rupees(paise: int) -> str:
    """An amount for people."""
    return f"Rs {paise // 100:,}.{paise % 100:02d}"
