"""The gateway's picture: a few hops, none of them into the shop's own network."""

import base64

import pytest

from pos_desktop.domain.errors import InputError, Unavailable
from pos_desktop.net import pictures
from pos_desktop.net.http import HttpAnswer

PNG = b"\x89PNG\r\n\x1a\n" + b"poster"
SHORT = "https://rzp.io/i/Qk2mPz7"


class Web:
    """Stands in for every server; remembers what was asked of whom."""

    def __init__(self, answers: dict[str, HttpAnswer]) -> None:
        self.answers = answers
        self.asked: list[str] = []

    def client(self, base: str, **_settings: object) -> "Client":
        return Client(self, base)


class Client:
    """The part of HttpClient that is used."""

    def __init__(self, web: Web, base: str) -> None:
        self._web, self._base = web, base

    def request(self, _method: str, path: str) -> HttpAnswer:
        self._web.asked.append(self._base + path)
        return self._web.answers[self._base + path]

    def close(self) -> None:
        """Nothing is open."""


def to(address: str) -> HttpAnswer:
    return HttpAnswer(302, {"Location": address}, b"")


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Web:
    made = Web({"https://cdn.rzp.io/poster.png?v=1": HttpAnswer(200, {}, PNG)})
    monkeypatch.setattr(pictures, "HttpClient", made.client)
    return made


def test_redirects_lead_to_the_picture(web: Web) -> None:
    web.answers[SHORT] = to("/i/long")
    web.answers["https://rzp.io/i/long"] = to("https://cdn.rzp.io/poster.png?v=1")
    assert pictures.fetch_png(SHORT) == PNG


def test_practice_stays_on_this_machine(web: Web) -> None:
    web.answers["http://127.0.0.1:99/i/x"] = to("http://127.0.0.1:99/p.png")
    web.answers["http://127.0.0.1:99/p.png"] = HttpAnswer(200, {}, PNG)
    assert pictures.fetch_png("http://127.0.0.1:99/i/x") == PNG


@pytest.mark.parametrize(
    "inward",
    [
        "http://127.0.0.1:631/admin",
        "http://localhost/x",
        "https://[::1]/x",
        "https://192.168.1.1/x",
        "https://169.254.169.254/latest",
    ],
)
def test_no_redirect_leads_into_the_shop(web: Web, inward: str) -> None:
    web.answers[SHORT] = to(inward)
    web.answers[inward] = HttpAnswer(200, {}, PNG)
    with pytest.raises(InputError):
        pictures.fetch_png(SHORT)
    assert web.asked == [SHORT]


@pytest.mark.parametrize(
    "answer", [HttpAnswer(200, {}, b"<html>"), HttpAnswer(404, {}, PNG), to(SHORT)]
)
def test_what_is_no_picture_is_said(web: Web, answer: HttpAnswer) -> None:
    web.answers[SHORT] = answer
    with pytest.raises(Unavailable):
        pictures.fetch_png(SHORT)
    assert len(web.asked) <= 4


def test_a_picture_inside_its_address_is_read_without_asking_anybody(web: Web) -> None:
    inside = "data:image/png;base64," + base64.b64encode(PNG).decode()
    assert pictures.fetch_png(inside) == PNG
    assert web.asked == []


@pytest.mark.parametrize(
    "uri",
    [
        "data:image/png;base64,",
        "data:image/png;base64,AAAA",
        "data:image/png;base64,iVBORw0KGgo=*",
        "data:image/png;base64,iVBORw0KGg",
        "data:image/png;base64,é",
    ],
)
def test_what_is_no_picture_inside_is_said(uri: str) -> None:
    with pytest.raises(Unavailable) as caught:
        pictures.fetch_png(uri)
    assert caught.value.code == "picture"


@pytest.mark.parametrize("uri", ["data:text/html,x", "data:image/svg+xml;base64,AAAA", "file:///x"])
def test_only_pictures_may_be_inside(uri: str) -> None:
    with pytest.raises(InputError):
        pictures.fetch_png(uri)
