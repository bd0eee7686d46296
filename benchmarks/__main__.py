"""Run every benchmark on a virtual screen of its own and print the ratios: `make bench`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).parent


@contextmanager
def virtual_screen() -> Iterator[str]:
    """Start Xvfb, if it is there, and give its display; otherwise give the present one."""
    server = shutil.which("Xvfb")
    if server is None:
        yield os.environ.get("DISPLAY", "")
        return
    read, write = os.pipe()
    words = [server, "-displayfd", str(write), "-screen", "0", "1920x1200x24", "-nolisten", "tcp"]
    words.append("-noreset")  # it would start anew after each client, and refuse the next one
    process = subprocess.Popen(words, pass_fds=[write], stderr=subprocess.DEVNULL)
    os.close(write)
    try:
        with os.fdopen(read) as answer:
            yield ":" + answer.readline().strip()
    finally:
        process.terminate()
        process.wait()


def main() -> int:
    """Run them one after the other; the status is 1 when one of them failed."""
    programs = [path for path in sorted(HERE.glob("*.py")) if not path.name.startswith("_")]
    failed = 0
    with virtual_screen() as display:
        environment = os.environ | {"DISPLAY": display}
        for program in programs:
            print(f"== {program.stem}", flush=True)
            words = [sys.executable, "-m", f"benchmarks.{program.stem}"]
            failed += subprocess.run(words, env=environment, check=False).returncode != 0
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
