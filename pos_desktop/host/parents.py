"""A child must not outlive the program that started it, however that one ended."""

import os
import sys
import threading
import time
from collections.abc import Callable

_EVERY_S = 0.5


def follow(parent: int, gone: Callable[[], None]) -> None:
    """Call ``gone`` once, from a thread of its own, when process ``parent`` is no more."""
    # Where we are its child, a new parent says so even if the number is in use again.
    child = os.getppid() == parent

    def watch() -> None:
        while alive(parent) and (not child or os.getppid() == parent):
            time.sleep(_EVERY_S)
        gone()

    threading.Thread(target=watch, name="parent", daemon=True).start()


def alive(process: int) -> bool:
    """Whether a process with this id exists (as ``sandbox.serve.alive``, which stands alone)."""
    if sys.platform == "win32":
        return _alive_on_windows(process)
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _alive_on_windows(process: int) -> bool:
    # os.kill(pid, 0) would end the process there.
    import ctypes

    kernel = ctypes.WinDLL("kernel32")  # type: ignore[attr-defined,unused-ignore] # Windows only
    handle = kernel.OpenProcess(0x00100000, False, process)
    if not handle:
        return False
    still_running = kernel.WaitForSingleObject(handle, 0) == 0x102
    kernel.CloseHandle(handle)
    return bool(still_running)
