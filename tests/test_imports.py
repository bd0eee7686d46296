"""Imports run one way, drawing and drivers stay in their rooms, and a bare import stays light."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import actviz

PACKAGE = Path(actviz.__file__).parent
ORDER = (
    {"dtypes", "param", "resources", "reference", "expression"},
    {"activations"},
    {"layers", "evaluation", "vectors"},
    {"opencl"},
    {"engines"},
    {"analysis", "formats"},
    {"lenses", "view", "pins", "session", "history"},
    {"files", "preferences", "recovery", "tables", "lessons", "export", "sharing", "sweep"},
    {"accuracy"},
    {"cli", "ui", "__main__"},
)
RANK = {name: rank for rank, names in enumerate(ORDER) for name in names}
FRAMEWORKS = {"keras", "torch", "tensorflow", "jax", "onnx", "onnxruntime"}
FORBIDDEN = {"scipy", "superqt", "matplotlib", *FRAMEWORKS}
MEASURED = "actviz.accuracy.frameworks"
"""Where frameworks are measured: they are imported when they are asked for, and only there."""
CLUSTER = {"dask", "distributed", "pyarrow"}
CLUSTERED = {"actviz.sweep.cluster", "actviz.sweep.table", "actviz.analysis.data_files"}
"""Where the extra `cluster` is used: inside functions, and only there."""
OPENCL = {"pyopencl"}
DRAWING = {"PySide6", "pyqtgraph", "shiboken6"}
MODULES = sorted(PACKAGE.rglob("*.py"))


def name_of(path: Path) -> str:
    parts = ["actviz", *path.relative_to(PACKAGE).with_suffix("").parts]
    return ".".join(part for part in parts if part != "__init__")


def room(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def imports(path: Path) -> Iterator[str]:
    """Full names of all modules that a file imports anywhere, also inside functions."""
    package = name_of(path).split(".")
    if path.name != "__init__.py":
        package = package[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            yield from (f"{module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", MODULES, ids=[name_of(path) for path in MODULES])
def test_imports_run_one_way(path: Path) -> None:
    own = name_of(path)
    if own == "actviz":
        return  # it only knows where its names live; the next test sees that it loads nothing
    assert room(own) in RANK, f"say in ORDER where {own} stands"
    for other in imports(path):
        if other.split(".")[0] == "actviz" and room(other) in RANK:
            assert RANK[room(other)] <= RANK[room(own)], f"{own} imports {other}"
            assert room(other) != "ui" or room(own) in ("ui", "cli"), f"{own} imports {other}"


@pytest.mark.parametrize("path", MODULES, ids=[name_of(path) for path in MODULES])
def test_drivers_and_drawing_stay_in_their_rooms(path: Path) -> None:
    tops = {other.split(".")[0] for other in imports(path)}
    allowed = FRAMEWORKS if name_of(path) == MEASURED else set()
    assert not tops & (FORBIDDEN - allowed)
    assert not tops & CLUSTER or name_of(path) in CLUSTERED
    assert not tops & OPENCL or room(name_of(path)) == "opencl"
    assert not tops & DRAWING or room(name_of(path)) == "ui"


def loaded_by(code: str) -> set[str]:
    """Top-level packages that a fresh interpreter has loaded after running `code`."""
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            f"import sys\n{code}\nprint(*{{m.split('.')[0] for m in sys.modules}})",
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return set(done.stdout.split())


def test_a_bare_import_loads_nothing_heavy() -> None:
    heavy = (
        FORBIDDEN | OPENCL | DRAWING | CLUSTER | {"numpy", "msgspec", "click", "multiprocessing"}
    )
    assert not loaded_by("import actviz") & heavy


@pytest.mark.parametrize(
    "module",
    [
        "actviz.activations",
        "actviz.history",
        "actviz.files",
        "actviz.analysis.saturation",
        "actviz.sweep.run",
        MEASURED,
    ],
)
def test_mathematics_and_state_load_neither_drawing_nor_drivers(module: str) -> None:
    loaded = loaded_by(f"import {module}")
    assert "actviz" in loaded
    assert not loaded & (FORBIDDEN | OPENCL | DRAWING | CLUSTER)
