"""The practice application: gateways, Exotel, their pages and the control on one port."""

from typing import Any

from litestar import Litestar, Request, Response
from litestar.exceptions import HTTPException
from litestar.types import ASGIApp

from pos_desktop.sandbox.cashfree.asking import refusal_answer as cashfree_answer
from pos_desktop.sandbox.cashfree.pages import cashfree_pages_router
from pos_desktop.sandbox.cashfree.refusals import CashfreeRefusal, bad_url
from pos_desktop.sandbox.cashfree.routes import cashfree_router
from pos_desktop.sandbox.control import control_router
from pos_desktop.sandbox.controlling import ControlRefused, control_answer
from pos_desktop.sandbox.exotel.answers import Refused, refused_answer
from pos_desktop.sandbox.exotel.routes import exotel_router
from pos_desktop.sandbox.front import Front
from pos_desktop.sandbox.pages import pages_router
from pos_desktop.sandbox.practice import Practice
from pos_desktop.sandbox.razorpay.payments import NotPayable
from pos_desktop.sandbox.razorpay.refusals import Refusal, url_not_found
from pos_desktop.sandbox.razorpay.routes import razorpay_router, refusal_answer
from pos_desktop.sandbox.shapes import Json

Asked = Request[Any, Any, Any]


def practice_app(practice: Practice) -> ASGIApp:
    """The whole ASGI application of one run."""
    app = Litestar(
        route_handlers=[
            razorpay_router(practice.register, practice.courier),
            cashfree_router(practice.cashfree, practice.courier),
            exotel_router(practice.book),
            pages_router(practice.register),
            cashfree_pages_router(practice.cashfree),
            control_router(practice),
        ],
        exception_handlers={
            Refusal: _razorpay_refusal,
            CashfreeRefusal: cashfree_answer,
            Refused: _exotel_refusal,
            ControlRefused: _control_refusal,
            NotPayable: _not_payable,
            HTTPException: _http_error,
        },
        on_startup=[practice.start],
        on_shutdown=[practice.courier.stop],
        openapi_config=None,
        logging_config=None,
    )
    return Front(app, practice.journal, practice.faults, practice.limits)


def _razorpay_refusal(_: Asked, error: Refusal) -> Response[Json]:
    return refusal_answer(error)


def _exotel_refusal(_: Asked, error: Refused) -> Response[bytes]:
    return refused_answer(error)


def _control_refusal(_: Asked, error: ControlRefused) -> Response[Json]:
    return control_answer(error)


def _not_payable(_: Asked, error: NotPayable) -> Response[Json]:
    return control_answer(ControlRefused("not_payable", str(error), 409))


def _http_error(request: Asked, error: HTTPException) -> Response[Any]:
    """Wrong paths and methods: Razorpay says 400 to both (1.2), Cashfree 404, Exotel 404, 405."""
    path = request.url.path
    if path.startswith("/razorpay/"):
        return refusal_answer(url_not_found())
    if path.startswith("/cashfree/"):
        return cashfree_answer(request, bad_url())
    if path.startswith("/exotel/"):
        xml = path.startswith("/exotel/v1/") and not path.endswith(".json")
        return refused_answer(Refused(error.status_code, error.detail, xml=xml))
    return control_answer(ControlRefused("bad_request", error.detail, error.status_code))
