"""``python -m pos_desktop`` and the ``raseed`` command."""

import sys

from pos_desktop.cli import run


def main() -> None:
    """Run the command line and end the process with its code; 130 after Ctrl-C, without a word."""
    try:
        code = run(sys.argv[1:])
    except KeyboardInterrupt:
        code = 130
    sys.exit(code)


if __name__ == "__main__":
    main()
