"""``python -m pos_relay``."""

import sys

from pos_relay.cli import main

sys.exit(main())
