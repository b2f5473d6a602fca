"""``python -m bench [--only NAMES] [--quick] [--json FILE]``."""

import os
import sys

# Before the first import of Qt, which reads it.
os.environ["QT_QPA_PLATFORM"] = "offscreen"
# The offscreen platform warns of hints that no window manager is there to take.
os.environ["QT_LOGGING_RULES"] = "default.warning=false"

from bench.run import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
