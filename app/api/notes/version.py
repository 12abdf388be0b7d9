"""What runs here: facts of the build, from `build-info.json` beside the package.

`python -m notes.version <file>` writes that file from the BUILD_* variables while an image is built.
"""

import json
import os
import sys
from pathlib import Path

FILE = Path(__file__).resolve().parent.parent / "build-info.json"
FIELDS = {
    "version": "BUILD_VERSION",
    "commit": "BUILD_COMMIT",
    "build_time": "BUILD_TIME",
    "build_number": "BUILD_NUMBER",
    "branch": "BUILD_BRANCH",
}


def build_info(file: Path = FILE) -> dict[str, str]:
    """The facts of the build; where nobody gave any, empty ones and version "development"."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        found = {}
    facts = {name: str(found.get(name, "")) for name in FIELDS}
    return facts | {"version": facts["version"] or "development"}


def write(file: Path) -> None:
    """Write the build's facts from the environment."""
    facts = {name: os.environ.get(variable, "") for name, variable in FIELDS.items()}
    file.write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
