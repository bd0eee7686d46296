"""The evaluator with real child processes, which are really killed and stopped."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import msgspec
import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from actviz import session as document
from actviz.engines import ChildEngine, Ready
from actviz.evaluation import Device, Grid, NumPyEngine, Request, Result
from actviz.ui import link as link_module
from actviz.ui.app import end, open_window
from actviz.ui.evaluator import NUMPY, Evaluator, Status
from actviz.ui.link import Link
from actviz.ui.window import Window

START = 60_000
GRID = Grid(-8.0, 4.0, 1001)


def request(alpha: float = 1.0, dtype: str = "float32") -> Request:
    return Request.of("elu", {"alpha": alpha}, GRID, dtype)


class Watched:
    """An evaluator with a real child, and all that it tells."""

    def __init__(self) -> None:
        self.link = Link(ChildEngine)
        self.evaluator = Evaluator(self.link)
        self.answers: list[tuple[str, Result]] = []
        self.statuses: list[Status] = []
        self.evaluator.answered.connect(lambda key, result: self.answers.append((key, result)))
        self.evaluator.status.connect(self.statuses.append)

    @property
    def pid(self) -> int:
        child = self.link._child
        assert child is not None
        assert child._process is not None
        return child._process.pid

    def start(self, qtbot: QtBot, device: str | None = None) -> Device:
        """Start, and wait for the device to be ready and for all others to be tried."""
        self.evaluator.start(device)
        qtbot.waitUntil(lambda: self.evaluator.now.device.id != NUMPY, timeout=START)
        return self.evaluator.now.device


def stop(pid: int) -> None:
    """Stop a child process, and wait until it stands still."""
    os.kill(pid, signal.SIGSTOP)
    os.waitid(os.P_PID, pid, os.WSTOPPED | os.WNOWAIT)


@pytest.fixture
def watched(qtbot: QtBot) -> Iterator[Watched]:
    made = Watched()
    yield made
    made.evaluator.close()


def test_without_a_child_numpy_answers_at_once(qtbot: QtBot) -> None:
    evaluator = Evaluator()
    with qtbot.waitSignal(evaluator.answered) as told:
        evaluator.ask("curve", request(1.3))
    key, result = told.args
    assert key == "curve"
    assert result.device.id == NUMPY
    assert result.y[0] == np.float32(1.3 * np.expm1(-8.0))


def test_numpy_answers_until_the_device_is_ready_which_then_repeats(
    qtbot: QtBot, watched: Watched
) -> None:
    watched.evaluator.start()
    watched.evaluator.ask("curve", request(1.3))
    assert [result.device.id for _, result in watched.answers] == [NUMPY]
    assert watched.statuses[0].starting
    qtbot.waitUntil(lambda: len(watched.answers) >= 2, timeout=START)
    key, result = watched.answers[1]
    assert key == "curve"
    assert result.device.id == watched.evaluator.now.device.id != NUMPY
    assert result.request == request(1.3)
    twin = NumPyEngine().run(request(1.3))
    assert np.allclose(result.y, twin.y, rtol=3e-7, atol=0)
    assert np.allclose(result.dy, twin.dy, rtol=3e-7, atol=0)
    assert watched.evaluator.now.devices[-1].id == NUMPY


def test_only_the_newest_request_of_a_key_counts(qtbot: QtBot, watched: Watched) -> None:
    watched.start(qtbot)
    stop(watched.pid)
    for alpha in (1.0, 2.0, 3.0, 4.0):
        watched.evaluator.ask("curve", request(alpha))
        watched.evaluator.ask("pin", request(10 * alpha))
    assert watched.answers == []
    os.kill(watched.pid, signal.SIGCONT)
    qtbot.waitUntil(lambda: len(watched.answers) >= 3)
    alphas = [(key, dict(result.request.values)["alpha"]) for key, result in watched.answers]
    assert alphas == [("curve", 1.0), ("curve", 4.0), ("pin", 40.0)]


def test_a_killed_child_is_replaced_and_nothing_stays_unanswered(
    qtbot: QtBot, watched: Watched
) -> None:
    first = watched.start(qtbot)
    stop(watched.pid)
    watched.evaluator.ask("curve", request(2.0))
    watched.evaluator.ask("pin", request(3.0))
    os.kill(watched.pid, signal.SIGKILL)
    qtbot.waitUntil(lambda: len(watched.answers) >= 2)
    assert {result.device.id for _, result in watched.answers[:2]} == {NUMPY}
    assert watched.evaluator.now.starting
    assert watched.evaluator.now.message == f"{first.name}: its process ended"
    qtbot.waitUntil(lambda: not watched.evaluator.now.starting, timeout=START)
    assert watched.evaluator.now.device.id != NUMPY
    assert first.name in watched.evaluator.now.message


def test_a_child_that_hangs_is_killed_after_the_time_limit(
    qtbot: QtBot, watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link_module, "ANSWER_LIMIT", 50)
    watched.start(qtbot)
    hanging = watched.pid
    stop(hanging)
    watched.evaluator.ask("curve", request(2.0))
    qtbot.waitUntil(lambda: len(watched.answers) >= 1)
    assert watched.answers[0][1].device.id == NUMPY
    assert "no answer within 0.05 s" in watched.evaluator.now.message
    with pytest.raises(ProcessLookupError):
        os.kill(hanging, 0)


def test_devices_that_fail_again_and_again_are_left_alone(qtbot: QtBot, watched: Watched) -> None:
    watched.start(qtbot)
    for _ in range(2 * len(watched.evaluator.now.devices)):
        qtbot.waitUntil(lambda: not watched.evaluator.now.starting, timeout=START)
        if watched.evaluator.now.device.id == NUMPY:
            break
        answered = len(watched.answers)
        os.kill(watched.pid, signal.SIGKILL)
        watched.evaluator.ask("curve", request(2.0))
        qtbot.waitUntil(lambda: len(watched.answers) > answered, timeout=START)  # noqa: B023
    assert watched.evaluator.now.device.id == NUMPY
    assert "its process ended" in watched.evaluator.now.message
    watched.start(qtbot)
    assert watched.evaluator.now.message == ""


def test_what_is_not_ready_is_computed_by_numpy_first(qtbot: QtBot, watched: Watched) -> None:
    device = watched.start(qtbot)
    assert "float64" in device.dtypes
    watched.evaluator.ask("curve", request(2.0, "float64"))
    qtbot.waitUntil(lambda: len(watched.answers) >= 1)
    assert watched.answers[0][1].device.id == NUMPY
    watched.evaluator.ask("pin", request(2.0, "float32"))
    qtbot.waitUntil(lambda: "pin" in dict(watched.answers))
    assert dict(watched.answers)["pin"].device.id == device.id
    qtbot.waitUntil(lambda: dict(watched.answers)["curve"].device.id == device.id, timeout=START)
    (_, numpy), *_, (_, last) = [each for each in watched.answers if each[0] == "curve"]
    assert last.request == numpy.request == request(2.0, "float64")
    assert last.y.dtype == np.float64
    assert np.allclose(last.y, numpy.y, rtol=1e-15, atol=0)


def own(text: str) -> Request:
    return Request.of("formula", {"formula": text, "a": 2.0}, GRID)


def test_a_users_formula_is_built_while_numpy_draws_it(qtbot: QtBot, watched: Watched) -> None:
    device = watched.start(qtbot)
    watched.evaluator.ask("curve", own("a * x * tanh(x)"))
    qtbot.waitUntil(lambda: len(watched.answers) >= 1)
    assert watched.answers[0][1].device.id == NUMPY
    watched.evaluator.ask("pin", request(2.0))
    qtbot.waitUntil(lambda: "pin" in dict(watched.answers))
    assert dict(watched.answers)["pin"].device.id == device.id
    qtbot.waitUntil(lambda: dict(watched.answers)["curve"].device.id == device.id, timeout=START)
    assert np.allclose(dict(watched.answers)["curve"].y, watched.answers[0][1].y, rtol=1e-6)
    answered = len(watched.answers)
    watched.evaluator.ask("curve", own("a * x * tanh(x)"))
    qtbot.waitUntil(lambda: len(watched.answers) > answered)
    assert watched.answers[-1][1].device.id == device.id
    assert watched.evaluator.now.refusal == ""


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_few_digits_come_from_the_device(qtbot: QtBot, watched: Watched, dtype: str) -> None:
    device = watched.start(qtbot)
    watched.evaluator.ask("curve", request(2.0, dtype))
    qtbot.waitUntil(lambda: len(watched.answers) >= 1)
    result = watched.answers[0][1]
    assert result.device.id == device.id
    twin = NumPyEngine().run(request(2.0, dtype))
    for name in ("x", "y", "dy"):
        assert np.array_equal(getattr(result, name), getattr(twin, name))
        assert getattr(result, name).dtype == dtype


def lacking(device: Device) -> Device:
    return msgspec.structs.replace(device, dtypes=("float32",))


def test_what_the_device_does_not_hold_is_computed_by_numpy(qtbot: QtBot, watched: Watched) -> None:
    device = watched.start(qtbot)
    watched.evaluator._take(Ready(lacking(device), watched.evaluator.now.devices))
    watched.evaluator.ask("curve", request(2.0, "float64"))
    watched.evaluator.ask("curve", request(2.0, "float32"))
    qtbot.waitUntil(lambda: len(watched.answers) >= 2)
    assert [result.device.id for _, result in watched.answers] == [NUMPY, device.id]
    assert watched.answers[0][1].y.dtype == np.float64


def test_a_late_answer_does_not_come_after_a_newer_one(qtbot: QtBot, watched: Watched) -> None:
    device = watched.start(qtbot)
    watched.evaluator._take(Ready(lacking(device), watched.evaluator.now.devices))
    stop(watched.pid)
    watched.evaluator.ask("curve", request(1.0))
    watched.evaluator.ask("curve", request(2.0, "float64"))
    watched.evaluator.ask("pin", request(3.0))
    os.kill(watched.pid, signal.SIGCONT)
    qtbot.waitUntil(lambda: "pin" in dict(watched.answers))
    assert [result.request for _, result in watched.answers] == [
        request(2.0, "float64"),
        request(3.0),
    ]


def test_numpy_can_be_chosen_and_left_again(qtbot: QtBot, watched: Watched) -> None:
    device = watched.start(qtbot)
    watched.evaluator.ask("curve", request())
    watched.evaluator.choose_device(NUMPY)
    assert watched.evaluator.now.device.id == NUMPY
    assert not watched.evaluator.now.starting
    assert watched.answers[-1][1].device.id == NUMPY
    assert watched.start(qtbot, device.id) == device


def test_a_device_that_is_not_there_gives_way_to_one_that_is(
    qtbot: QtBot, watched: Watched
) -> None:
    watched.evaluator.start("no-such-device")
    qtbot.waitUntil(lambda: watched.evaluator.now.device.id != NUMPY, timeout=START)
    assert "no-such-device" in watched.evaluator.now.message


def test_a_child_that_cannot_be_started_leaves_numpy(qtbot: QtBot) -> None:
    class Unstartable(ChildEngine):
        def start(self, device: str | None = None) -> None:
            raise OSError(11, "Resource temporarily unavailable")

    evaluator = Evaluator(Link(Unstartable))
    with qtbot.waitSignal(evaluator.status):
        evaluator.start()
    assert evaluator.now.device.id == NUMPY
    assert not evaluator.now.starting
    assert "cannot be started: Resource temporarily unavailable" in evaluator.now.message


@pytest.fixture
def live(qtbot: QtBot) -> Iterator[Window]:
    """The window with a real child that is ready."""
    window = open_window()
    qtbot.waitUntil(lambda: window.evaluator.now.device.id != NUMPY, timeout=START)
    yield window
    end(window)


def test_the_picture_stays_when_the_child_of_the_window_is_killed(
    qtbot: QtBot, live: Window
) -> None:
    main = live.lens.picture.main
    assert main is not None
    device = live.evaluator.now.device
    assert live.status.device.currentText() == device.name
    link = live.evaluator._link
    assert link is not None
    assert link._child is not None
    assert link._child._process is not None
    os.kill(link._child._process.pid, signal.SIGKILL)
    live.store.apply(document.set_value, "alpha", 2.5)
    qtbot.waitUntil(lambda: bool(live.evaluator.now.message), timeout=START)
    assert device.name in live.status.message.text()
    assert live.status.message.wrong()
    qtbot.waitUntil(
        lambda: (
            dict(live.lens.picture.main.result.request.values) == {"alpha": 2.5}
            if live.lens.picture.main
            else False
        )
    )
    qtbot.waitUntil(lambda: not live.evaluator.now.starting, timeout=START)


def test_the_device_is_chosen_in_the_status_line(qtbot: QtBot, live: Window) -> None:
    combo = live.status.device
    last = combo.count() - 1
    assert combo.itemText(last).startswith("NumPy")
    combo.setCurrentIndex(last)
    combo.activated.emit(last)
    assert live.evaluator.now.device.id == NUMPY
    assert live.settings.now.device == NUMPY
    assert live.status.message.text() == "Ready"


def test_an_unusable_device_is_listed_with_its_reason_and_cannot_be_chosen(
    qtbot: QtBot, window: Window
) -> None:
    bad = Device("acme-gpu", "Acme", "gpu", False, "the program cannot be built")
    numpy = window.evaluator.now.device
    window.status.show_status(Status(numpy, (bad, numpy)))
    model = window.status.device.model()
    flags = model.flags(model.index(0, 0))
    from PySide6.QtCore import Qt

    assert not flags & Qt.ItemFlag.ItemIsEnabled
    assert window.status.device.itemText(0) == "Acme: not usable"
    tip = model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert tip == "acme-gpu: the program cannot be built"
    assert window.status.device.currentText() == numpy.name


def test_what_a_device_does_otherwise_is_said_in_the_status_line(
    qtbot: QtBot, window: Window
) -> None:
    other = Device("acme-gpu", "Acme", "gpu", warning="subnormal numbers become 0")
    numpy = window.evaluator.now.device
    window.status.show_status(Status(other, (other, numpy)))
    assert window.status.message.text() == "Ready; subnormal numbers become 0"
    assert window.status.device.toolTip() == "Acme; subnormal numbers become 0"
    model = window.status.device.model()
    from PySide6.QtCore import Qt

    tip = model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert tip == "acme-gpu: float32; subnormal numbers become 0"
    window.status.show_status(Status(numpy, (other, numpy)))
    assert window.status.message.text() == "Ready"


def test_the_precision_is_chosen_in_the_status_line(qtbot: QtBot, live: Window) -> None:
    combo = live.status.precision
    combo.setCurrentText("float64")
    with qtbot.waitSignal(live.lens.drawn):
        combo.textActivated.emit("float64")
    assert live.store.session.dtype == "float64"
    device = live.evaluator.now.device
    qtbot.waitUntil(lambda: live.lens.picture.main.result.device.id == device.id, timeout=START)
    qtbot.waitUntil(lambda: live.status.message.text() == "Ready")
    live.status.show_frame(NumPyEngine.device, 5, 0.0, None)
    who = f"float64 is computed by {NumPyEngine.device.name}"
    assert live.status.message.text() == f"{who}, as {device.name} is not ready for it"
    live.status.show_status(Status(lacking(device), live.evaluator.now.devices))
    assert live.status.message.text() == f"{who}, as {device.name} has none"
    live.store.undo()
    assert combo.currentText() == "float32"
    qtbot.waitUntil(lambda: live.status.message.text() == "Ready")
