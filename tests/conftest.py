"""What every test shares: no screen, only loopback, repeatable examples, the given files."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Set before the first Qt import, which reads it.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# Sealing keys and settings of the person who runs the tests are none of our business.
os.environ.setdefault("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")

REFERENCE_VARIABLE = "RASEED_REFERENCE"

# Two busy cores make a first example slow; that is not what the properties are about.
settings.register_profile(
    "quick",
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
# ./test --full: fresh examples each time; hypothesis prints how to repeat a failure.
settings.register_profile(
    "long",
    max_examples=1000,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("quick")


def pytest_report_header() -> str:
    """Name the files that some tests compare with, so that skips are no surprise."""
    return f"{REFERENCE_VARIABLE}: {os.environ.get(REFERENCE_VARIABLE, 'unset')}"


@pytest.fixture(scope="session")
def reference() -> Path:
    """The folder of given files (worked bills, product lists); skips where there is none."""
    given = os.environ.get(REFERENCE_VARIABLE)
    if not given:
        pytest.skip(f"{REFERENCE_VARIABLE} is not set: no given files to compare with")
    folder = Path(given)
    if not folder.is_dir():
        pytest.skip(f"{REFERENCE_VARIABLE}={given} is not a folder")
    return folder
