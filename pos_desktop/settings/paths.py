"""Where this machine keeps our files: the usual folders of its system, or one chosen folder."""

from dataclasses import dataclass
from pathlib import Path

from pos_desktop.domain.errors import InputError, StoreError

_APP = "raseed"
# A live database in a folder that is copied elsewhere while it is written gets damaged.
_SYNCED = frozenset({"onedrive", "dropbox", "google drive", "googledrive", "icloud drive"})


@dataclass(frozen=True, slots=True)
class Folders:
    """``data`` holds the database, ``config`` the settings, ``logs`` the log files."""

    data: Path
    config: Path
    logs: Path

    @property
    def options(self) -> Path:
        """The settings file."""
        return self.config / "settings.json"

    @property
    def templates(self) -> Path:
        """The tenant's own message templates; absent where the shipped ones are used."""
        return self.config / "messages.json"

    @property
    def practice_secrets(self) -> Path:
        """Practice mode's keys."""
        return self.config / "practice_keys.json"

    def make(self) -> None:
        """Create what is missing, for the owner only. Raises StoreError."""
        for folder in (self.data, self.config, self.logs):
            try:
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            except OSError as error:
                text = f"The folder {folder} cannot be made: {error.strerror}."
                raise StoreError("folder", text, folder=str(folder)) from error


def folders(chosen: Path | None = None) -> Folders:
    """The folders of this user; everything below ``chosen`` (``--data DIR``) where it is given.

    Raises InputError for a folder that a cloud program copies (reliability (e), local files).
    """
    if chosen is None:
        from platformdirs import PlatformDirs

        dirs = PlatformDirs(_APP, appauthor=False)
        found = Folders(
            Path(dirs.user_data_dir), Path(dirs.user_config_dir), Path(dirs.user_log_dir)
        )
    else:
        root = chosen.expanduser().resolve()
        found = Folders(root, root / "config", root / "logs")
    for part in found.data.parts:
        # "OneDrive - Shop" is how business accounts name theirs.
        if part.lower().split(" - ")[0] in _SYNCED:
            text = "The data must not lie in a folder that is copied to a cloud."
            raise InputError("synced_folder", text, folder=str(found.data))
    return found


def practice_folder() -> Path:
    """Where ``./run`` keeps the practice shop between starts: never beside real data."""
    from platformdirs import PlatformDirs

    return Path(PlatformDirs(f"{_APP}-practice", appauthor=False).user_data_dir)
