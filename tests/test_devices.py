"""Finding drivers and trying devices; drivers made for the purpose fail in every way."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from actviz.evaluation import Device, DeviceError
from actviz.opencl import child, icd, selftest
from actviz.opencl.devices import Found, _plain, _unique, _vendor, find, open_handle

SOURCE = Path(__file__).parent / "fake_icd" / "driver.c"
LIST = """
import json, sys
from actviz.engines import devices, evaluate
found = devices(bool(sys.argv[2]), limit=float(sys.argv[1]))
listed = [(each.id, each.usable, each.reason, each.name) for each in found]
print(json.dumps([listed, evaluate("elu", [1.0, -1.0]).device.id]))
"""


def ask(
    environment: Mapping[str, str], limit: float = 30.0, *, again: str = ""
) -> tuple[dict[str, list[object]], str]:
    """Run the product in a process of its own: devices by id, and the one that computes."""
    told = subprocess.run(
        [sys.executable, "-W", "error", "-c", LIST, str(limit), again],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stderr == ""
    listed, used = json.loads(told.stdout)
    return {identifier: rest for identifier, *rest in listed}, used


def fake_driver(folder: Path, behaviour: str) -> Path:
    """Compile a driver and give a folder with the .icd file that names it."""
    compiler = shutil.which("cc")
    assert compiler, "a C compiler is missing: apt-get install gcc"
    library = folder / "libfake.so"
    subprocess.run(
        [compiler, "-shared", "-fPIC", f"-D{behaviour}", str(SOURCE), "-o", str(library)],
        check=True,
    )
    vendors = folder / "vendors"
    vendors.mkdir()
    (vendors / "fake.icd").write_text(f"{library}\n")
    return vendors


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        (
            "BUILD_REFUSED",
            "its driver does not build the program "
            "(fake.cl:1:1: error: this device builds nothing)",
        ),
        ("BUILD_ABORTS", "its driver ended the process (signal 6)"),
        ("BUILD_EXITS", "its driver ended the process (exit status 3)"),
    ],
)
def test_a_device_that_cannot_build_is_listed_with_its_reason(
    tmp_path: Path, behaviour: str, reason: str
) -> None:
    vendors = fake_driver(tmp_path, behaviour)
    listed, used = ask({"OCL_ICD_VENDORS": f"{vendors}/"})
    assert listed["fake-gpu"] == [False, reason, "Fake device (Fake platform)"]
    assert listed["numpy"][0] is True
    assert next(iter(listed)) == "fake-gpu", "a GPU would go first"
    assert list(listed)[-1] == "numpy"
    assert used not in ("", "fake-gpu")


def test_a_driver_that_hangs_is_given_up(tmp_path: Path) -> None:
    vendors = fake_driver(tmp_path, "BUILD_HANGS")
    listed, used = ask({"OCL_ICD_VENDORS": f"{vendors}/"}, limit=9.0)
    assert listed["fake-gpu"][:2] == [False, "its driver did not answer within 9 s"]
    assert used != "fake-gpu"


def test_a_driver_that_cannot_even_be_listed_takes_no_other_with_it(tmp_path: Path) -> None:
    vendors = fake_driver(tmp_path, "LISTING_ABORTS")
    without, _ = ask({"OCL_ICD_VENDORS": f"{tmp_path}/"})
    listed, used = ask({"OCL_ICD_VENDORS": f"{vendors}/"})
    assert listed["driver-fake"][:2] == [False, "its driver ended the process (signal 6)"]
    assert set(listed) == {*without, "driver-fake"}
    assert used in without


def test_a_driver_that_failed_is_left_out_until_it_changes_or_is_asked_for(tmp_path: Path) -> None:
    vendors = fake_driver(tmp_path, "BUILD_ABORTS")
    loads = tmp_path / "loads"
    loads.touch()
    environment = {"OCL_ICD_VENDORS": f"{vendors}/", "FAKE_LOADS": str(loads)}
    said = "its driver ended the process (signal 6)"

    def loaded_by(reason: str, **how: str) -> int:
        before = loads.read_text().count("\n")
        listed, used = ask(environment, **how)
        assert listed["fake-gpu"][0] is False
        assert listed["fake-gpu"][1] == reason
        assert used != "fake-gpu"
        return loads.read_text().count("\n") - before

    assert loaded_by(said) > 0
    assert loaded_by(f"{said}; it is tried again in 24 h") == 0
    assert loaded_by(said, again="yes") > 0
    assert loaded_by(f"{said}; it is tried again in 24 h") == 0
    os.utime(tmp_path / "libfake.so", (1, 1))  # another build of the driver
    assert loaded_by(said) > 0


@pytest.mark.parametrize("behaviour", ["LOAD_TALKS", "UNLOAD_ABORTS"])
def test_a_driver_that_is_no_use_is_not_loaded_to_compute(tmp_path: Path, behaviour: str) -> None:
    vendors = fake_driver(tmp_path, behaviour)
    listed, used = ask({"OCL_ICD_VENDORS": f"{vendors}/"})
    assert listed["fake-gpu"][0] is False
    assert used in listed


def test_a_library_that_cannot_be_loaded_is_told(tmp_path: Path) -> None:
    (tmp_path / "gone.icd").write_text("/no/such/libgone.so\n")
    (tmp_path / "empty.icd").write_text("libm.so.6\n")
    listed, _ = ask({"OCL_ICD_VENDORS": f"{tmp_path}/"})
    assert listed["driver-gone"][0] is False
    assert str(listed["driver-gone"][1]).startswith("its library cannot be loaded (/no/such/lib")
    assert listed["driver-empty"][:2] == [False, "it finds no device"]


@pytest.mark.parametrize("home", ["XDG_CACHE_HOME", "HOME"])
def test_without_a_cache_that_can_be_written_nothing_is_lost_or_left(
    tmp_path: Path, home: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual, best = ask({})
    (tmp_path / "file").write_text("where a folder should be")
    (tmp_path / "tmp").mkdir()
    if home == "HOME":
        monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    assert ask({home: str(tmp_path / "file")}) == (usual, best)
    assert list((tmp_path / "tmp").iterdir()) == []


def test_an_error_of_ours_is_not_blamed_on_the_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise sqlite3.OperationalError("unable to open database file")

    monkeypatch.setattr(selftest, "arithmetic", broken)
    found = Found(Device("some-gpu", "Some", "gpu"), None, (0, 0), "some.icd")
    device = child.tried(found)
    assert not device.usable
    assert device.reason == "it cannot be tried: OperationalError: unable to open database file"


def test_without_any_driver_numpy_computes(tmp_path: Path) -> None:
    folder = tmp_path / "actviz-vendors-none"  # as if a parent process had found no driver
    folder.mkdir()
    listed, used = ask({"OCL_ICD_VENDORS": f"{folder}/"})
    assert list(listed) == ["numpy"]
    assert used == "numpy"


@pytest.mark.parametrize("error", ["ImportError", "OSError", "RuntimeError"])
def test_without_pyopencl_numpy_computes(tmp_path: Path, error: str) -> None:
    (tmp_path / "pyopencl.py").write_text(f"raise {error}('libOpenCL.so.1 is missing')\n")
    nothing = tmp_path / "actviz-vendors-none"  # nor does a driver of this machine have a say
    nothing.mkdir()
    listed, used = ask({"PYTHONPATH": str(tmp_path), "OCL_ICD_VENDORS": f"{nothing}/"})
    assert list(listed) == ["opencl", "numpy"]
    reason = f"OpenCL cannot be used: {error}: libOpenCL.so.1 is missing"
    assert listed["opencl"] == [False, reason, "OpenCL (pyopencl)"]
    assert used == "numpy"


def test_devices_have_plain_names_and_stable_ids() -> None:
    assert _vendor("NVIDIA Corporation NVIDIA CUDA") == "nvidia"
    assert _vendor("The pocl project Portable Computing Language") == "pocl"
    assert _vendor("Advanced Micro Devices, Inc. AMD Accelerated Parallel Processing") == "amd"
    assert _vendor("Somebody Else") == "somebody"
    assert _unique("intel-gpu", {"intel-gpu", "intel-gpu-2"}) == "intel-gpu-3"
    assert _plain("Intel(R) Core(TM)  i7 ") == "Intel Core i7"


def test_listing_twice_gives_the_same_ids_and_handles_open_by_id() -> None:
    first, second = find(), find()
    assert [each.device for each in first] == [each.device for each in second]
    for each in first:
        assert open_handle(each.device.id).device == each.device
        renamed = open_handle("renamed-when-others-are-gone", each.device.name)
        assert renamed.device.name == each.device.name
    seen = ", ".join(each.device.id for each in first)
    with pytest.raises(DeviceError, match=f"it is not there: OpenCL as .* sees {seen}"):
        open_handle("no-such")
    with pytest.raises(DeviceError, match="it is not there"):
        open_handle(first[0].device.id, "Another device")


def test_every_device_is_known_with_its_driver() -> None:
    names = set(icd.system_drivers())
    for each in find():
        assert each.driver in names


def test_drivers_are_chosen_for_a_while(runtime: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for before in (None, "/somewhere/"):
        monkeypatch.delenv(icd.VENDORS, raising=False)
        if before:
            monkeypatch.setenv(icd.VENDORS, before)
        with icd.only({"a.icd": "liba.so"}):
            assert visible() == {"a.icd": "liba.so"}
        assert os.environ.get(icd.VENDORS) == before


@pytest.fixture
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installed CPU runtime, and a cache of the test's own."""
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    library = tmp_path / "lib" / "libintelocl.so"
    monkeypatch.setattr(icd, "installed_runtime", lambda: library)
    return library


def visible() -> dict[str, str]:
    return icd.system_drivers()


@pytest.mark.parametrize("form", ["folder", "file", "library", "system"])
def test_the_runtime_is_put_beside_the_drivers_that_are_there(
    form: str, runtime: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vendors = tmp_path / "vendors"
    vendors.mkdir()
    (vendors / "gpu.icd").write_text("libgpu.so\n")
    (vendors / "notes.txt").write_text("libnothing.so\n")
    (vendors / "empty.icd").write_text("\n")
    chosen = {"folder": f"{vendors}/", "file": f"{vendors}/gpu.icd", "library": "libgpu.so"}
    monkeypatch.setattr(icd, "SYSTEM_FOLDER", vendors)
    monkeypatch.delenv(icd.VENDORS, raising=False)
    if form in chosen:
        monkeypatch.setenv(icd.VENDORS, chosen[form])
    icd.prepare()
    assert set(visible().values()) == {"libgpu.so", str(runtime)}
    assert os.environ[icd.VENDORS].endswith("/")
    again = os.environ[icd.VENDORS]
    icd.prepare()  # a child does it again
    assert os.environ[icd.VENDORS] == again


def test_a_runtime_of_the_system_is_not_doubled(
    runtime: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "intel.icd").write_text("/opt/intel/libintelocl.so\n")
    monkeypatch.setenv(icd.VENDORS, str(tmp_path))
    icd.prepare()
    assert os.environ[icd.VENDORS] == str(tmp_path)


def test_without_an_installed_runtime_nothing_is_changed(
    runtime: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(icd, "installed_runtime", lambda: None)
    monkeypatch.setenv(icd.VENDORS, str(tmp_path))
    icd.prepare()
    assert os.environ[icd.VENDORS] == str(tmp_path)


def test_a_home_that_cannot_be_written_is_no_obstacle(
    runtime: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    monkeypatch.setenv(icd.VENDORS, f"{tmp_path}/")
    icd.prepare()
    assert list(visible().values()) == [str(runtime)]


def test_the_installed_runtime_is_a_file() -> None:
    library = icd.installed_runtime()
    assert library is None or library.is_file()
