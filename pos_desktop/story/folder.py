"""The folder that a story leaves behind: only one that is new, empty or a story's own."""

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from pos_desktop.domain.errors import InputError
from pos_desktop.host.locks import held

MARKER = ".raseed-story"
SHOP = "shop"
_OURS = (
    "counter.db", "gateway.json", "invoice.pdf", "message-qr.png", "page.html", "qr.png",
    "story.json", "[0-9][0-9]-*.png",
)  # fmt: skip


@contextmanager
def story_folder(out: Path) -> Iterator[None]:
    """Make ``out`` and hold it: what an earlier story left there is removed, nothing else.

    Raises InputError for a folder with somebody's files or one that cannot be written, and
    Unavailable where another story is being played in it.
    """
    check_folder(out)
    with ExitStack() as holding:
        try:
            out.mkdir(parents=True, exist_ok=True)
            # The marker is the lock too: there is one file of ours that says whose this is.
            busy = f"another story is being played in {out}"
            holding.enter_context(held(out / MARKER, busy))
            _clear(out)
        except OSError as error:
            raise _unusable(out, error) from error
        yield


def check_folder(out: Path) -> None:
    """Raise InputError if a story may not be written to ``out``; changes nothing."""
    try:
        nearest = next(place for place in (out, *out.absolute().parents) if place.exists())
        if not nearest.is_dir():
            text = f"{nearest} is a file; give --out a folder"
            raise InputError("no_folder", text, folder=str(out))
        foreign = nearest == out and not (out / MARKER).is_file() and any(out.iterdir())
    except OSError as error:
        raise _unusable(out, error) from error
    if foreign:
        text = f"{out} is not empty and no story made it; give --out a new or empty folder"
        raise InputError("foreign_folder", text, folder=str(out))
    if not os.access(nearest, os.W_OK):
        text = f"{out} cannot be written; give --out another folder"
        raise InputError("no_folder", text, folder=str(out))


def _clear(out: Path) -> None:
    if (out / SHOP).is_dir() and not (out / SHOP).is_symlink():
        shutil.rmtree(out / SHOP)
    for pattern in _OURS:
        for file in out.glob(pattern):
            file.unlink()


def _unusable(out: Path, error: OSError) -> InputError:
    text = f"{out} cannot be used: {error.strerror}; give --out another folder"
    return InputError("no_folder", text, folder=str(out))
