"""resources/ is found beside the package in a checkout and inside it in a wheel."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from actviz.resources import resource

ROOT = Path(__file__).parent.parent


def test_a_checkout_has_them_beside_the_package() -> None:
    assert resource() == ROOT / "resources"
    assert resource("fonts").is_dir()


def test_what_is_missing_is_named() -> None:
    with pytest.raises(
        FileNotFoundError, match=r"unheard\.of: this file of the program is missing"
    ):
        resource("unheard.of")


def test_a_wheel_has_them_inside_the_package(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True, timeout=120)
    (wheel,) = tmp_path.glob("*.whl")
    installed = tmp_path / "installed"
    zipfile.ZipFile(wheel).extractall(installed)
    found = subprocess.run(
        [sys.executable, "-c", "from actviz.resources import resource; print(resource('fonts'))"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(installed)},
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert Path(found.stdout.strip()) == installed / "actviz" / "resources" / "fonts"
    listed = [path for path in (ROOT / "resources").rglob("*") if path.is_file()]
    missing = [
        path for path in listed if not (installed / "actviz" / path.relative_to(ROOT)).exists()
    ]
    assert listed
    assert missing == []
