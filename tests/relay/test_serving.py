"""What a relay says when it starts, and how a person ends it."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.relay.support import operator, process

SERVE = [sys.executable, "-P", "-m", "pos_relay", "serve", "--port", "0"]


def test_one_relay_serves_a_folder(data: Path) -> None:
    data.mkdir()
    with process(data):
        code, _, said = operator(data, "serve", "--port", "0")
    assert (code, said) == (2, f"raseed-relay: another relay serves {data} already\n")


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize(
    ("words", "warned"),
    [
        ([], False),
        (["--host", "0.0.0.0"], True),  # noqa: S104  # what the warning is about
        (["--host", "0.0.0.0", "--public-url", "https://bills.example"], False),  # noqa: S104  # as above
    ],
)
def test_it_says_where_it_listens_and_ends_with_ctrl_c(
    data: Path, words: list[str], *, warned: bool
) -> None:
    command = [*SERVE, "--data", str(data), *words]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as relay:
        assert relay.stderr is not None
        said = ""
        while "listening on http://" not in said:
            line = relay.stderr.readline()
            assert line, said
            said += line
        relay.send_signal(signal.SIGINT)
        said += relay.stderr.read()
    assert relay.returncode == 0
    assert "Traceback" not in said
    assert ("without --public-url" in said) is warned
