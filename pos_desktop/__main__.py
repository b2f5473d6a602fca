"""``python -m pos_desktop`` and the ``raseed`` command."""

import sys

from pos_desktop.cli import run


def main() -> None:
    """Run the command line and end the process with its code."""
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
