"""Where a shipped file lies: inside the package (wheel, frozen build), else in the checkout."""

from pathlib import Path, PurePosixPath

_PACKAGE = Path(__file__).resolve().parent
_ROOTS = (_PACKAGE / "_assets", _PACKAGE.parent / "resources")


def path(name: str) -> Path:
    """The file or folder ``name`` (``/`` between parts), e.g. ``templates/messages.json``.

    Raises FileNotFoundError naming the file; a name that leaves the folder is not found either.
    """
    relative = PurePosixPath(name)
    if not relative.is_absolute() and ".." not in relative.parts:
        for root in _ROOTS:
            found = root / relative
            if found.exists():
                return found
    raise FileNotFoundError(
        f"shipped file {name!r} is missing (looked in {_ROOTS[0]}, {_ROOTS[1]})"
    )
