"""Starting and ending the practice servers: loopback only, one JSON line, orderly ends."""

import signal
import socket
import subprocess
import sys

import pytest

from pos_desktop.domain.errors import InputError, Unavailable
from pos_desktop.sandbox.serve import alive, run_practice, serve
from tests.support.practice import Json, practice_server

_ADDRESSES = ("razorpay", "cashfree", "exotel", "control")


def nobody(line: Json) -> None:
    raise AssertionError(f"announced {line}")


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "::", "example.in", ""])  # noqa: S104  # must be refused
def test_other_machines_cannot_reach_it(host: str) -> None:
    with pytest.raises(InputError):
        serve(0, announce=nobody, host=host)


def test_the_command_refuses_another_bind(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_practice(["--host", "0.0.0.0"]) == 2  # noqa: S104  # must be refused
    assert "this machine only" in capsys.readouterr().err


def test_a_taken_port_is_said_so(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Unavailable):
            serve(port, announce=nobody)
        assert run_practice(["--port", str(port)]) == 1
    assert f"port {port} is taken" in capsys.readouterr().err


@pytest.mark.parametrize("port", ["65536", "-1"])
def test_a_port_that_cannot_be_is_said_so(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_practice(["--port", port]) == 2
    assert capsys.readouterr().err == f"--port must be between 0 and 65535, not {port}\n"


def test_the_line_has_all_that_an_integrator_needs() -> None:
    with practice_server() as practice:
        line = practice.line
        assert line["razorpay"] == practice.origin + "/razorpay"
        assert line["exotel"] == practice.origin + "/exotel"
        assert line["cashfree"] == practice.origin + "/cashfree/pg"
        assert {name for name in line if name not in _ADDRESSES} == {
            "key_id",
            "key_secret",
            "test_key_id",
            "webhook_secret",
            "exotel_sid",
            "exotel_key",
            "exotel_token",
            "dlt_entity_id",
            "cashfree_id",
            "cashfree_secret",
        }
        assert practice.state()["links"] == []
        assert practice.process is not None
        practice.process.send_signal(signal.SIGTERM)
        assert practice.process.wait(10) == 0


def test_it_ends_with_the_process_it_was_started_for() -> None:
    sleeper = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    with practice_server("--parent", str(sleeper.pid)) as practice:
        assert practice.process is not None
        assert practice.process.poll() is None
        sleeper.communicate(b"\n")
        assert practice.process.wait(10) == 0


def test_alive_knows_a_process_from_none() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    assert alive(child.pid)
    child.communicate(b"\n")
    assert not alive(child.pid)
