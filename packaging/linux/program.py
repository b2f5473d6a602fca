"""The packaged program's first lines: ``raseed``, ``raseed-relay`` by the name it is called by.

The program starts parts of itself with ``sys.executable -P -m MODULE``; a packaged one is its own
interpreter, so it understands that for its own modules.
"""

import runpy
import sys
from pathlib import Path

OWN = frozenset({"pos_desktop", "pos_relay", "pos_desktop.story.child"})


def main() -> None:
    """Run the module that is meant; whatever else the words say is the module's affair."""
    name, *words = sys.argv
    module = "pos_relay" if Path(name).name.startswith("raseed-relay") else "pos_desktop"
    if words[:1] == ["-P"]:
        del words[0]
    if words[:1] == ["-m"] and len(words) > 1 and words[1] in OWN:
        module = words[1]
        del words[:2]
    sys.argv = [name, *words]
    runpy.run_module(module, run_name="__main__", alter_sys=False)


if __name__ == "__main__":
    main()
