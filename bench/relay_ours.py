"""``python -m bench.relay_ours FOLDER``: the relay as it serves, but for its limits on guessing.

All of a bench comes from one address; what a relay does with one that asks too often is tested,
not measured.
"""

import os
import sys
from dataclasses import fields, replace
from pathlib import Path

from pos_relay.serving import Bind, serve
from pos_relay.settings import LIMITS, Settings

_MANY = 10_000_000


def settings(data: Path) -> Settings:
    """Every limit per minute out of reach."""
    names = [field.name for field in fields(LIMITS) if field.name.endswith("_per_minute")]
    return Settings(data=data, limits=replace(LIMITS, **dict.fromkeys(names, _MANY)))


if __name__ == "__main__":
    bind = Bind(port=0, parent=os.getppid(), announce=True)
    sys.exit(serve(settings(Path(sys.argv[1])), bind))
