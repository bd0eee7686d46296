"""Install torch as a judge of the tests, where pip finds a build for the CPU; say so where not.

The build that the package index serves for Linux brings gigabytes of CUDA along. So only two kinds
are taken, and pip itself refuses all others before it fetches anything: a release marked "+cpu",
which no index of the public kind can hold, and a wheel that lies where pip is told to look without
an index. What torch needs is in requirements/judges.txt.
"""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import metadata

VERSION = "2.13.0"
WAYS = ((f"torch=={VERSION}+cpu",), ("--no-index", f"torch=={VERSION}"))


def main() -> int:
    """Install it or say that its tests are left out; either is a success."""
    if not (installed() or any(install(way) for way in WAYS)):
        print(f"pip finds no CPU build of torch {VERSION}: the tests against torch are left out")
    return 0


def installed() -> bool:
    """Whether this very release is there and can be imported."""
    try:
        if metadata.version("torch").partition("+")[0] != VERSION:
            return False
    except metadata.PackageNotFoundError:
        return False
    command = [sys.executable, "-c", "import torch"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def install(words: tuple[str, ...]) -> bool:
    """Try one way; a build that cannot be imported is taken off again."""
    pip = [sys.executable, "-m", "pip"]
    command = [*pip, "install", "--quiet", "--no-deps", "--only-binary", ":all:", *words]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        return False
    if installed():
        return True
    subprocess.run([*pip, "uninstall", "--quiet", "--yes", "torch"], check=False)
    return False


if __name__ == "__main__":
    os.environ.setdefault("PIP_DISABLE_PIP_VERSION_CHECK", "1")
    sys.exit(main())
