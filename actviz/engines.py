"""Which engine answers: OpenCL in this process for scripts, in a child for the window, or NumPy."""

from __future__ import annotations

import threading
import warnings
from collections import deque
from collections.abc import Callable, Mapping
from typing import TypeVar

import msgspec

from actviz.activations import Activation, chosen
from actviz.dtypes import DTYPES
from actviz.evaluation import (
    Array,
    Device,
    DeviceError,
    Engine,
    Grid,
    NumPyEngine,
    Request,
    Result,
    points_of,
)
from actviz.expression import Formula
from actviz.opencl import icd, messages
from actviz.opencl.probe import LIMIT, probe
from actviz.opencl.process import Process
from actviz.opencl.shared import CAPACITY, SLOTS, SharedMemory
from actviz.param import Value

NUMPY = NumPyEngine.device
T = TypeVar("T")

_lock = threading.RLock()
_listed: list[Device] = []
_drivers: dict[str, str] = {}
"""The drivers of all usable devices: what a process that computes need load."""
_open: dict[str | None, Engine] = {}


def devices(refresh: bool = False, *, limit: float = LIMIT) -> tuple[Device, ...]:
    """List all devices, each tried in a child process: usable, or not and why. NumPy is last.

    Parameters
    ----------
    refresh
        Try them again instead of giving what was found in this process before, and also those
        whose driver hung or ended its process within a day, which are not tried otherwise.
    limit
        Seconds that each driver has.
    """
    with _lock:
        if refresh or not _listed:
            found: tuple[Device, ...] = ()
            good: Mapping[str, str] = {}
            for running in probe(limit, again=refresh):
                found = running.devices
                good = running.drivers_of([each for each in found if each.usable])
            _listed[:] = (*found, NUMPY)
            _drivers.clear()
            _drivers.update(good)
        return tuple(_listed)


def open_engine(device: str | None = None) -> Engine:
    """Open an engine in this process, after a child process has found its device to be good.

    Parameters
    ----------
    device
        An id as in `devices()`; None takes the best that this process can open: a GPU, else a
        CPU runtime, else NumPy.

    Raises
    ------
    DeviceError
        When the named device is not there, or not usable, or cannot be opened; or when there are
        usable devices and none can be opened.
    """
    if device == NUMPY.id:
        return NumPyEngine()
    if device is not None:
        return _opened(_named(device))
    errors = []
    for each in devices():
        if each.usable and each != NUMPY:
            try:
                return _opened(each)
            except DeviceError as error:
                errors.append(error)
    if errors:
        raise errors[0]
    return NumPyEngine()


def _opened(device: Device) -> Engine:
    """Open a device; if OpenCL is used for the first time, only good drivers are loaded."""
    with icd.only(_drivers):
        from actviz.opencl.devices import open_handle
        from actviz.opencl.engine import OpenCLEngine

        return OpenCLEngine(device, open_handle(device.id, device.name).handle)


def _named(device: str) -> Device:
    listed = devices()
    named = sorted((each for each in listed if each.id == device), key=lambda each: not each.usable)
    if not named:
        known = ", ".join(each.id for each in listed)
        raise DeviceError(device or "''", f"there is no such device; there are {known}")
    if not named[0].usable:
        raise DeviceError(device, named[0].reason)
    return named[0]


def evaluate(
    activation: Activation | str | Formula,
    x: Grid | Array | float,
    *,
    dtype: str = "float32",
    device: str | None = None,
    **values: Value,
) -> Result:
    """Compute f and f′ of an activation at x.

    Parameters
    ----------
    activation
        An `Activation`, its name, or a `Formula`; of the row `formula`, which is a user's own
        f(x), `values` hold its text as `formula`, and its parameters.
    x
        Real numbers of any shape, or a `Grid`. A softmax acts along its `axis`; on a grid it is
        the slice along one logit.
    dtype
        float16, bfloat16, float32 or float64: x is rounded to it, and so are f and f′, once.
    device
        An id as in `devices()`. None takes the best device, and NumPy for what that device does
        not compute; the result says which it was.
    values
        The activation's parameters; what is left out has its default.

    Raises
    ------
    ValueError
        For an unknown activation, a bad value or dtype, an x that does not hold real numbers, or
        something that the named device does not compute.
    DeviceError
        When the named device cannot be used or fails. Without a name NumPy takes over, with a
        warning that says why.
    """
    own, full = chosen(activation, values)
    points = x if isinstance(x, Grid) else points_of(x)
    request = Request.of(own.name, full, points, dtype)
    return ask(device, lambda engine: _answer(engine, request, device))


def _answer(engine: Engine, request: Request, device: str | None) -> Result:
    """Let NumPy compute what the engine of a device that was not named does not."""
    if device is None and engine.refusal(request):
        return NumPyEngine().run(request)
    return engine.run(request)


def ask(device: str | None, question: Callable[[Engine], T]) -> T:
    """Let a device answer that this process keeps open; None takes the best one.

    Raises
    ------
    DeviceError
        When the named device cannot be used or fails. Without a name NumPy takes over, with a
        warning that says why, which points to who called the caller.
    """
    try:
        return question(_engine(device))
    except DeviceError as error:
        with _lock:
            _open.pop(device, None)
            if device is not None:
                raise
            _open[None] = NumPyEngine()
        warnings.warn(f"{error}; NumPy computes from now on", RuntimeWarning, stacklevel=3)
        return question(NumPyEngine())


def _engine(device: str | None) -> Engine:
    """Give the engine that this process keeps open for a device."""
    with _lock:
        if device not in _open:
            _open[device] = open_engine(device)
        return _open[device]


class Ready(msgspec.Struct, frozen=True):
    """The child computes on `device` from now on; comes again when all devices have been tried."""

    device: Device
    devices: tuple[Device, ...]


class Answer(msgspec.Struct, frozen=True):
    """The answer to the request that stands in it; its arrays may be kept."""

    result: Result


class Failed(msgspec.Struct, frozen=True):
    """A request was refused, or, when `fatal`, the child can answer nothing any more.

    One that is refused for now only may be asked again `later`, after the next `Ready`.
    """

    reason: str
    devices: tuple[Device, ...]
    request: Request | None = None
    fatal: bool = True
    later: bool = False


Message = Ready | Answer | Failed


class ChildEngine:
    """An engine in a child process: this process loads no driver, and survives what drivers do.

    `start`, then wait for `connection` to become readable, then `receive`: first `Ready` (or
    `Failed`), then one message for each request, in order. When the child has died, `connection`
    is readable and `receive` raises EOFError or OSError; when it hangs, nothing comes: `kill` it.
    """

    def __init__(self) -> None:
        self._process: Process | None = None
        self._memory: SharedMemory | None = None
        self._device = NUMPY
        self._known: tuple[Device, ...] = (NUMPY,)
        self._number = 0
        self._sent: deque[tuple[int, Request]] = deque()
        self._waiting: deque[Request] = deque()

    def start(self, device: str | None = None) -> None:
        """Start the child, at once; it takes the device with this id, or the best one.

        Raises
        ------
        OSError
            When the process cannot be started.
        """
        self.close()
        self._memory = SharedMemory()
        words = ("serve", self._memory.word, device or "")
        self._process = Process(*words, files=self._memory.files)
        self.connection = self._process.connection

    def send(self, request: Request) -> None:
        """Ask for a grid; requests are answered in order.

        Raises
        ------
        ValueError
            For points that are no grid, or more than fit into the shared memory.
        OSError
            When the child has died.
        """
        if not isinstance(request.x, Grid) or request.x.count > CAPACITY:
            raise ValueError(f"x: it must be a grid of at most {CAPACITY} points")
        self._waiting.append(request)
        self._send_waiting()

    def receive(self) -> Message:
        """Take a message; waits unless `connection` is readable.

        Raises
        ------
        EOFError or OSError
            When the child has died.
        """
        message = messages.receive(self.connection)
        match message:
            case messages.Opened(device=device, devices=known):
                self._device, self._known = device, (*known, NUMPY)
                return Ready(device, self._known)
            case messages.Done(seconds=seconds):
                return Answer(self._result(seconds))
            case messages.Refused(reason=reason, later=later):
                _, request = self._sent.popleft()
                self._send_waiting()
                return Failed(reason, self._known, request, fatal=False, later=later)
            case messages.Broken(reason=reason, devices=known):
                return Failed(reason, (*known, NUMPY) if known else self._known)
        raise EOFError(f"the child said {type(message).__name__}")

    def alive(self) -> bool:
        """Tell whether the child runs."""
        return self._process is not None and self._process.alive()

    def kill(self) -> None:
        """End the child at once, whatever it is doing, and give back the shared memory."""
        if self._process is not None:
            self._process.kill()
            self._process = None
        if self._memory is not None:
            self._memory.close()
            self._memory = None
        self._sent.clear()
        self._waiting.clear()

    def close(self) -> None:
        """End the child; there is nothing in it to be saved."""
        self.kill()

    def _send_waiting(self) -> None:
        """Send on as long as a slot of the shared memory is free."""
        while self._waiting and len(self._sent) < SLOTS:
            request = self._waiting.popleft()
            self._number += 1
            slot = self._number % SLOTS
            self._sent.append((slot, request))
            messages.send(self.connection, messages.Ask.of(self._number, slot, request))

    def _result(self, seconds: float) -> Result:
        """Copy the answer to the oldest request out of its slot."""
        assert self._memory is not None
        slot, request = self._sent.popleft()
        assert isinstance(request.x, Grid)
        dtype = DTYPES[request.dtype]
        rows = self._memory.rows(slot, dtype.precision)
        x, y, dy = rows[:, : request.x.count].astype(dtype.numpy)
        self._send_waiting()
        return Result(x, y, dy, self._device, seconds, request)
