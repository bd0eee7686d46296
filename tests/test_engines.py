"""Choosing an engine, `evaluate`, and the engine in a child process."""

from __future__ import annotations

import multiprocessing
import os
import select
import shutil
import signal
import subprocess
import sys
import threading
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import actviz
from actviz import engines
from actviz.dtypes import DTYPES
from actviz.engines import Answer, ChildEngine, Failed, Message, Ready, evaluate, open_engine
from actviz.evaluation import Device, DeviceError, Grid, NumPyEngine, Request, Result
from actviz.opencl import messages
from actviz.opencl.child import Server
from actviz.opencl.memory import Sharing
from actviz.opencl.shared import CAPACITY

WAIT = 60.0


def next_message(child: ChildEngine) -> Message:
    assert child.connection.poll(WAIT), "the child says nothing"
    return child.receive()


def answers(child: ChildEngine, count: int) -> list[Answer]:
    """Take answers; a `Ready` that comes again in between is passed over."""
    found = []
    while len(found) < count:
        message = next_message(child)
        if not isinstance(message, Ready):
            assert isinstance(message, Answer), message
            found.append(message)
    return found


@pytest.fixture
def child(engine_id: str) -> Iterator[ChildEngine]:
    child = ChildEngine()
    child.start(engine_id)
    ready = next_message(child)
    assert isinstance(ready, Ready), ready
    assert ready.device.id == engine_id
    yield child
    child.close()


def ended(pid: int) -> bool:
    """Wait for a process to end."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([descriptor], [], [], WAIT)[0])
    finally:
        os.close(descriptor)


def pid_of(child: ChildEngine) -> int:
    assert child._process is not None
    return child._process.pid


def test_a_child_answers_what_numpy_answers(child: ChildEngine) -> None:
    for name, values in [
        ("elu", {"alpha": 0.7}),
        ("gelu", {"approximate": "tanh"}),
        ("softmax", {"logits": (1.0, 2.0)}),
    ]:
        request = Request.of(name, values, Grid(-8.0, 4.0, 257))
        child.send(request)
        (answer,) = answers(child, 1)
        right = NumPyEngine().run(request)
        assert answer.result.request == request
        assert answer.result.seconds > 0
        np.testing.assert_array_equal(answer.result.x, right.x)
        np.testing.assert_allclose(answer.result.y, right.y, rtol=2e-7)
        np.testing.assert_allclose(answer.result.dy, right.dy, rtol=2e-7)


def test_requests_are_answered_in_order_and_results_may_be_kept(child: ChildEngine) -> None:
    requests = [Request.of("relu", {}, Grid(float(i), i + 1.0, 10 + i)) for i in range(9)]
    for request in requests:
        child.send(request)
    results = [each.result for each in answers(child, 9)]
    assert [each.request for each in results] == requests
    for result, request in zip(results, requests, strict=True):
        np.testing.assert_array_equal(result.y, NumPyEngine().run(request).y)


def test_the_largest_grid_fits(child: ChildEngine) -> None:
    child.send(Request.of("relu", {}, Grid(-1.0, 1.0, CAPACITY)))
    (answer,) = answers(child, 1)
    assert answer.result.y[-1] == 1.0
    with pytest.raises(ValueError, match=f"at most {CAPACITY}"):
        child.send(Request.of("relu", {}, Grid(-1.0, 1.0, CAPACITY + 1)))
    with pytest.raises(ValueError, match="a grid"):
        child.send(Request.of("relu", {}, np.zeros(3)))


def result_of(child: ChildEngine, request: Request, refusals: list[str]) -> Result:
    """Ask until there is an answer: once more whenever the child says that it is ready."""
    child.send(request)
    refused = False
    while not isinstance(message := next_message(child), Answer):
        if isinstance(message, Failed):
            assert not message.fatal
            refusals.append(message.reason)
            refused = True
        elif refused:
            child.send(request)
            refused = False
    return message.result


def test_dtypes_take_turns_in_the_same_memory(child: ChildEngine, engine_id: str) -> None:
    """float64 is refused until it is built; then the child says again that it is ready."""
    refusals: list[str] = []
    here = open_engine(engine_id)
    for dtype in ("float64", "float32", "bfloat16", "float64", "float16", "float32"):
        request = Request.of("gelu", {}, Grid(-8.0, 4.0, 3001), dtype)
        result, alone = result_of(child, request, refusals), here.run(request)
        for name in ("x", "y", "dy"):
            got, want = getattr(result, name), getattr(alone, name)
            assert got.dtype == want.dtype == DTYPES[dtype].numpy
            np.testing.assert_array_equal(got, want)
    assert set(refusals) == {"float64 is not ready"}


def test_a_dtype_that_fails_is_told_of_by_being_left_out() -> None:
    class Failing:
        device = Device("acme-gpu", "Acme", "gpu", dtypes=("float32", "float64"))

        def prepare(self, dtype: str, own: None) -> None:
            raise DeviceError("acme-gpu", f"{dtype} gives wrong numbers")

    ours, theirs = multiprocessing.Pipe()
    server = Server.__new__(Server)  # as it is once a device is open
    server._connection, server._saying = theirs, threading.Lock()
    server._probe, server._preparing = SimpleNamespace(devices=()), {("float64", "")}
    server._finish_preparing(Failing(), "float64")
    told = messages.receive(ours)
    assert isinstance(told, messages.Opened)
    assert told.device.dtypes == ("float32",)
    assert told.device.usable
    assert told.device.warning == "float64 is left out: float64 gives wrong numbers"
    ours.close()
    server._finish_preparing(Failing(), "float64")  # nobody is there any more


def test_a_bad_request_is_refused_and_the_next_one_answered(child: ChildEngine) -> None:
    bad = Request.of("elu", {"beta": 1.0}, Grid(0.0, 1.0, 5))
    unknown = Request.of("elu", {}, Grid(0.0, 1.0, 5), "float8")
    for request, words in ((bad, "no parameter 'beta'"), (unknown, "dtype: 'float8'")):
        child.send(request)
        message = next_message(child)
        while isinstance(message, Ready):
            message = next_message(child)
        assert isinstance(message, Failed)
        assert not message.fatal
        assert message.request == request
        assert words in message.reason
    child.send(Request.of("elu", {}, Grid(0.0, 1.0, 5)))
    answers(child, 1)


def test_a_child_hears_no_interrupt(child: ChildEngine) -> None:
    os.kill(pid_of(child), signal.SIGINT)
    child.send(Request.of("elu", {}, Grid(0.0, 1.0, 5)))
    answers(child, 1)
    assert child.alive()


def test_a_child_that_dies_is_noticed_and_another_one_started(
    child: ChildEngine, engine_id: str
) -> None:
    os.kill(pid_of(child), signal.SIGKILL)
    with pytest.raises((EOFError, OSError)):
        answers(child, 1)
    child.start(engine_id)
    assert isinstance(next_message(child), Ready)
    assert child.alive()


def test_a_killed_child_leaves_nothing_behind(child: ChildEngine) -> None:
    pid = pid_of(child)
    child.send(Request.of("gelu", {}, Grid(-8.0, 8.0, CAPACITY)))
    child.kill()
    assert not child.alive()
    assert ended(pid)
    child.kill()  # twice does no harm


ORPHAN = """
import os, signal
from actviz.engines import ChildEngine
child = ChildEngine()
child.start("{device}")
{wait}
print(child._process.pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("wait", ["", "child.receive()"], ids=["starting", "ready"])
def test_a_child_ends_with_its_parent(engine_id: str, wait: str) -> None:
    told = subprocess.run(
        [sys.executable, "-c", ORPHAN.format(device=engine_id, wait=wait)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == -signal.SIGKILL
    assert told.stderr == ""
    assert ended(int(told.stdout))


PROBING = """
import os, signal, sys
from actviz.engines import ChildEngine
child = ChildEngine()
child.start()
with open(sys.argv[1]) as loads:
    print(loads.readline(), flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_driver_that_never_gives_back_control_ends_with_its_parents(tmp_path: Path) -> None:
    compiler = shutil.which("cc")
    assert compiler, "a C compiler is missing: apt-get install gcc"
    source = Path(__file__).parent / "fake_icd" / "driver.c"
    library, loads = tmp_path / "libfake.so", tmp_path / "loads"
    subprocess.run(
        [compiler, "-shared", "-fPIC", "-DLOAD_HANGS", str(source), "-o", str(library)], check=True
    )
    (tmp_path / "fake.icd").write_text(f"{library}\n")
    os.mkfifo(loads)
    told = subprocess.run(
        [sys.executable, "-c", PROBING, str(loads)],
        env={**os.environ, "OCL_ICD_VENDORS": f"{tmp_path}/", "FAKE_LOADS": str(loads)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == -signal.SIGKILL
    assert ended(int(told.stdout))


def test_a_device_that_is_not_there_is_told(engine_id: str) -> None:
    child = ChildEngine()
    child.start("no-such")
    message = next_message(child)
    assert isinstance(message, Failed)
    assert message.fatal
    assert message.reason == "there is no device 'no-such'"
    assert {each.id for each in message.devices} >= {engine_id, "numpy"}
    child.close()


def test_a_child_lists_all_devices_in_the_end() -> None:
    child = ChildEngine()
    child.start()
    message = next_message(child)
    assert isinstance(message, Ready)
    first = message.device
    wanted = [each.id for each in actviz.devices()]
    while [each.id for each in message.devices] != wanted:
        message = next_message(child)
        assert isinstance(message, Ready)
        assert message.device == first
    assert first == message.devices[0]
    child.close()


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that has no engine open yet."""
    monkeypatch.setattr(engines, "_open", {})


@pytest.mark.usefixtures("fresh")
def test_evaluate_takes_the_named_or_the_best_device(engine_id: str) -> None:
    assert evaluate("elu", [0.5, -1.0], device=engine_id, alpha=2.0).device.id == engine_id
    best = evaluate(actviz.Activation.ELU, [[0.5], [-1.0]], alpha=2.0)
    assert best.device == next(each for each in actviz.devices() if each.usable)
    assert best.y.shape == (2, 1)
    assert evaluate("elu", 0.5, device="numpy").device.id == "numpy"


@pytest.mark.usefixtures("fresh")
def test_evaluate_says_that_numpy_computed_what_the_device_does_not() -> None:
    assert evaluate("softmax", [[0.5, 1.0]], dtype="float64").device.id != "numpy"
    assert evaluate("softmax", [[0.5, 1.0]]).device.id != "numpy"
    assert evaluate("softmax", [[0.5, 1.0]], dtype="bfloat16").device.id != "numpy"
    assert evaluate("softmax", Grid(0.0, 1.0, 3)).device.id != "numpy"


@pytest.mark.usefixtures("fresh")
def test_evaluate_refuses_what_the_named_device_does_not_compute(engine_id: str) -> None:
    with pytest.raises(ValueError, match=f"dtype: 'int8' is not allowed on {engine_id}"):
        evaluate("elu", [0.5], dtype="int8", device=engine_id)
    with pytest.raises(
        DeviceError, match=f"no-such: there is no such device; there are .*{engine_id}"
    ):
        evaluate("elu", [0.5], device="no-such")
    with pytest.raises(DeviceError, match="'': there is no such device; there are"):
        evaluate("elu", [0.5], device="")
    with pytest.raises(ValueError, match="activation: 'eluu'"):
        evaluate("eluu", [0.5])
    with pytest.raises(ValueError, match="dtype: 'int8'"):
        evaluate("elu", [0.5], dtype="int8")


@pytest.mark.parametrize("device", [None, "numpy"])
def test_evaluate_refuses_what_is_no_array_of_numbers(device: str | None) -> None:
    with pytest.raises(ValueError, match=r"^x: rows of different lengths"):
        evaluate("elu", [[1.0], [1.0, 2.0]], device=device)
    with pytest.raises(ValueError, match=r"^x: a masked array is not allowed"):
        evaluate("elu", np.ma.array([1.0, 2.0], mask=[True, False]), device=device)


def test_a_device_that_this_process_cannot_see_is_passed_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(engines, "_open", {})
    unseen = engines.Device("unseen-gpu", "Unseen (Some platform)", "gpu")
    known = actviz.devices()
    monkeypatch.setattr(engines, "_listed", [unseen, *known])
    assert evaluate("elu", [0.5]).device == next(each for each in known if each.usable)
    with pytest.raises(DeviceError, match="unseen-gpu: it is not there: OpenCL as it was first"):
        evaluate("elu", [0.5], device="unseen-gpu")
    monkeypatch.setattr(engines, "_open", {})
    monkeypatch.setattr(engines, "_listed", [unseen, engines.NUMPY])
    with pytest.warns(RuntimeWarning, match="unseen-gpu: it is not there"):
        assert evaluate("elu", [0.5]).device.id == "numpy"


@pytest.mark.parametrize("copied", [False, True])
def test_large_results_are_made_once(engine_id: str, copied: bool) -> None:
    engine = open_engine(engine_id)
    if copied:
        engine._sharing, engine._most = Sharing.COPIED, 1 << 16
    x = np.linspace(-8.0, 8.0, 1 << 20, dtype=np.float32)
    engine.run(Request.of("gelu", {}, x[:10]))
    tracemalloc.start()
    result = engine.run(Request.of("gelu", {}, x))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1.25 * 3 * result.y.nbytes


class Broken(NumPyEngine):
    """A device that disappears while it computes."""

    def run(self, request: Request) -> object:
        raise DeviceError("gone-gpu", "it failed while it was computing")


def test_a_failure_falls_back_to_numpy_with_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "_open", {None: Broken(), "gone-gpu": Broken()})
    with pytest.warns(RuntimeWarning, match="gone-gpu: it failed .*; NumPy computes from now on"):
        assert evaluate("elu", [0.5]).device.id == "numpy"
    assert evaluate("elu", [0.5]).device.id == "numpy"  # said once
    with pytest.raises(DeviceError, match="gone-gpu"):
        evaluate("elu", [0.5], device="gone-gpu")


def test_an_unusable_device_cannot_be_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    bad = engines.Device("bad-gpu", "Bad", "gpu", usable=False, reason="it computes wrong numbers")
    monkeypatch.setattr(engines, "_listed", [bad, engines.NUMPY])
    with pytest.raises(DeviceError, match="bad-gpu: it computes wrong numbers"):
        open_engine("bad-gpu")
    assert isinstance(open_engine(), NumPyEngine)


def test_nothing_loads_opencl_before_it_is_needed() -> None:
    code = (
        "import sys, actviz.engines as e; e.evaluate('elu', 1.0, device='numpy');"
        "e.devices(); print('pyopencl' in sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout == "False\n"
    assert told.stderr == ""
