"""Open the window; without a display, say so and draw the first screen and its JSON into files."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from actviz.ui.display import display_problem

FOLDER = Path("out")


def main() -> int:
    """Run the program, or draw its first screen where no window can be opened."""
    problem = display_problem()
    if not problem:
        from actviz.ui.app import run_window

        return run_window()
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from actviz.ui.app import draw_files

    names = " and ".join(str(path) for path in draw_files(FOLDER))
    print(f"No window can be opened, as {problem}; the first screen and its layer are in {names}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
