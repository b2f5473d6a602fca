"""A wrong link and a revoked one cannot be told apart: bytes, headers, and the work they cost.

Work is counted, not timed: which functions run, how often, and which statements are asked of the
database. A clock would only show what else the machine was doing.
"""

import shutil
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from pos_desktop.wire import seal
from tests.relay.doors import knock
from tests.relay.samples import INVOICE, PDF
from tests.relay.support import Relay, Till, running
from tests.relay.test_pages import new_token
from tests.support.practice import wait_for

FORMS = ("/i/{}", "/i/{}.pdf", "/i?{}", "/i?{}=", "/FRSHMT/{}", "/i/{}?lang=hi", "/FRSHMT/{}.pdf")
ROUNDS = 5
OURS = ("/pos_relay/", "/sqlalchemy/", "/litestar/", "/pos_desktop/wire/")


def revoked(relay: Relay, till: Till) -> str:
    """The token of a page that was published, seen and revoked."""
    token = new_token()
    assert relay.publish(till, token, INVOICE, pdf=PDF).status_code == 200
    assert relay.http.get(f"/i/{token}").status_code == 200
    url = f"/v1/pages/{seal.page_id(token)}/revoke"
    assert relay.http.post(url, headers=till.headers).status_code == 200
    return token


def dateless(said: bytes) -> list[bytes]:
    """An answer by lines, but for the time of day."""
    assert said.startswith(b"HTTP/1.1 404 Not Found\r\n"), said[:200]
    return [line for line in said.split(b"\r\n") if not line.lower().startswith(b"date:")]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_the_same_bytes_for_wrong_and_revoked(relay: Relay, till: Till, method: str) -> None:
    gone = revoked(relay, till)
    for form in FORMS:
        asked = [form.format(token) for token in (new_token(), gone, "malformed", "A" * 300)]
        heads = (
            f"{method} {path} HTTP/1.1\r\nhost: r\r\nconnection: close\r\n\r\n" for path in asked
        )
        said = [dateless(knock(relay, head.encode())) for head in heads]
        assert all(one == said[0] for one in said), form


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_curl_sees_no_difference(relay: Relay, till: Till) -> None:
    gone = revoked(relay, till)

    def curl(path: str, *more: str) -> list[bytes]:
        command = ["curl", "--silent", "--noproxy", "*", "--include", *more]
        url = f"{relay.base_url}{path}"
        return dateless(subprocess.run([*command, url], capture_output=True, check=True).stdout)

    for form in FORMS[:5]:
        for more in ((), ("--head",), ("--compressed",), ("-H", "accept: application/json")):
            assert curl(form.format(new_token()), *more) == curl(form.format(gone), *more)


class Work:
    """Counts calls of Python functions of ours and of the libraries that do the work for us, and
    what they call in C, in every thread that is started while it listens."""

    def __init__(self) -> None:
        self._seen: Counter[tuple[str, str]] | None = None

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Threads that begin in here are listened to until they end."""
        threading.setprofile(self._note)
        try:
            yield
        finally:
            threading.setprofile(None)

    def of(self, act: Callable[[], Any]) -> Counter[tuple[str, str]]:
        """What the listened threads do during ``act``."""
        self._seen = Counter()
        act()
        seen, self._seen = self._seen, None
        return seen

    def _note(self, frame: FrameType, event: str, arg: Any) -> None:
        seen, code = self._seen, frame.f_code
        if seen is None or event not in {"call", "c_call"}:
            return
        if any(part in code.co_filename for part in OURS):
            called = code.co_qualname if event == "call" else str(arg.__qualname__)
            seen[(code.co_filename.rsplit("/", 1)[-1], called)] += 1


@pytest.fixture
def work() -> Work:
    return Work()


def to_the_end(relay: Relay, path: str) -> None:
    """Ask, and let the relay finish what it does after its answer: it counts and logs that."""

    def answered() -> float:
        told = (sample for one in relay.node.meters.requests.collect() for sample in one.samples)
        return sum(sample.value for sample in told if sample.name.endswith("_total"))

    before = answered()
    relay.http.get(path)
    wait_for(lambda: answered() > before)
    time.sleep(0.002)


def usual(work: Work, relay: Relay, form: str, tokens: list[str]) -> Counter[tuple[str, str]]:
    """The most frequent work of several requests: a purge or a clean-up may fall into one.

    Each is asked before, as the framework remembers the ways of the addresses it saw last.
    """
    shapes: Counter[frozenset[tuple[tuple[str, str], int]]] = Counter()
    for token in tokens:
        path = form.format(token)
        to_the_end(relay, path)
        shapes[frozenset(work.of(partial(to_the_end, relay, path)).items())] += 1
    return Counter(dict(shapes.most_common(1)[0][0]))


def test_the_same_work_for_wrong_and_revoked(data: Path, work: Work) -> None:
    with work.listening(), running(data) as relay:
        till = relay.enrol(relay.shop())
        gone = [revoked(relay, till) for _ in range(ROUNDS)]
        live = new_token()
        relay.publish(till, live, INVOICE, pdf=PDF)
        for form in ("/i/{}", "/i/{}.pdf", "/i?{}", "/FRSHMT/{}"):
            wrong = usual(work, relay, form, [new_token() for _ in range(ROUNDS)])
            other = usual(work, relay, form, gone)
            assert wrong == other, wrong - other or other - wrong
            assert sum(count for (_, name), count in wrong.items() if "execute" in name) > 0
        assert usual(work, relay, form, [live]) != wrong, "the count sees that a page is opened"
