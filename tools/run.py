"""Open the window; without a display, say so and draw the first screen and its JSON into files."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def has_display() -> bool:
    """Tell whether a window can be opened here, without starting Qt."""
    if sys.platform != "linux" or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def main() -> int:
    """Run the program, or draw its first screen where there is no display."""
    if has_display():
        from actviz.ui.app import run_window

        return run_window()
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from actviz.ui.app import draw_files

    folder = Path("out")
    written = draw_files(folder)
    names = ", ".join(str(path) for path in written)
    print(f"There is no display here, so actviz drew its first screen into files instead: {names}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
