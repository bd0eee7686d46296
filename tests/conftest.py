"""The devices that tests run on: all OpenCL devices that are usable, named in the header."""

from __future__ import annotations

import json
import os
from importlib.util import find_spec

import pytest
from hypothesis.internal.conjecture import providers

from actviz.engines import devices, open_engine
from actviz.evaluation import Engine

_LISTED = "ACTVIZ_TEST_DEVICES"
_NONE = "none"
_TORCH = find_spec("torch") is not None
_CLUSTER = all(find_spec(each) is not None for each in ("distributed", "pyarrow"))
# What torch judges is left out where it is missing, and the summary says so; so is the extra
# `cluster`, which `make test` installs.
collect_ignore_glob = [
    *([] if _TORCH else ["test_formats_torch*.py", "test_*_torch.py"]),
    *([] if _CLUSTER else ["test_*_cluster.py"]),
]

if "ACTVIZ_CAMPAIGN" not in os.environ:
    # Hypothesis also tries numbers that stand in the modules which are loaded: these differ from
    # worker to worker, and a seeded test would try other values in each run.
    providers._get_local_constants = lambda: providers._local_constants


def pytest_configure(config: pytest.Config) -> None:
    """Keep what is built in pytest's own cache, and try the devices once for all processes."""
    config.addinivalue_line("markers", "campaign: has a full size that takes long")
    if _LISTED not in os.environ:
        os.environ["XDG_CACHE_HOME"] = str(config.cache.mkdir("home"))
        os.environ[_LISTED] = json.dumps(
            [(each.id, each.name, each.usable, each.reason) for each in devices()]
        )


def pytest_report_header() -> list[str]:
    lines = []
    for identifier, name, usable, reason in json.loads(os.environ[_LISTED]):
        lines.append(f"device {identifier}: {name}" + ("" if usable else f", NOT TESTED: {reason}"))
    return lines


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say it again where -q hides the header."""
    terminalreporter.write_line(f"OpenCL devices tested: {', '.join(usable_devices())}")
    torch = "tested" if _TORCH else "LEFT OUT, pip finds no build of it for the CPU"
    terminalreporter.write_line(f"what torch judges: {torch}")
    cluster = "tested" if _CLUSTER else "LEFT OUT, the extra `cluster` is not installed"
    terminalreporter.write_line(f"Dask and Parquet: {cluster}")


def usable_devices() -> list[str]:
    """Give the ids of the OpenCL devices to test; a word that fails where there is none."""
    listed = json.loads(os.environ[_LISTED])
    return [each[0] for each in listed if each[2] and each[0] != "numpy"] or [_NONE]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "engine_id" in metafunc.fixturenames:
        metafunc.parametrize("engine_id", usable_devices(), scope="session")


@pytest.fixture(scope="session")
def engine(engine_id: str) -> Engine:
    """One OpenCL engine after another, in this process."""
    if engine_id == _NONE:
        pytest.fail("there is no usable OpenCL device: install actviz[cpu] or PoCL")
    return open_engine(engine_id)


@pytest.fixture(scope="session")
def engines() -> list[Engine]:
    """All OpenCL engines."""
    found = usable_devices()
    if found == [_NONE]:
        pytest.fail("there is no usable OpenCL device: install actviz[cpu] or PoCL")
    return [open_engine(each) for each in found]
