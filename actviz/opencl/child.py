"""The child process: lists and tries devices, or computes for a window that loads no driver.

Started by `Process` as `python -m actviz.opencl.child HANDLE PARENT ROLE …`, never by hand.
"""

from __future__ import annotations

import ctypes
import faulthandler
import importlib
import os
import signal
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING

import msgspec

from actviz.activations import OwnRow
from actviz.evaluation import Device, DeviceError, Request
from actviz.opencl import icd
from actviz.opencl.messages import (
    Ask,
    Broken,
    Done,
    Listed,
    Message,
    Opened,
    Refused,
    Tried,
    Trying,
    receive,
    send,
)
from actviz.opencl.probe import Probe
from actviz.opencl.process import connection_of
from actviz.opencl.shared import CAPACITY, SharedMemory

if TYPE_CHECKING:
    from actviz.opencl.check import Verdict
    from actviz.opencl.devices import Found
    from actviz.opencl.engine import OpenCLEngine
    from actviz.opencl.memory import Block

_PR_SET_PDEATHSIG = 1
_LONGEST = 600.0
"""Seconds after which a process ends itself in which a driver never gives back control."""


def main(words: Sequence[str]) -> None:
    """Do what the words say until the other side is gone; then end without any clean-up.

    Drivers are left as they are: some hang or crash when they are unloaded.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _be_killed_with(int(words[1]))
    threading.Thread(target=_end_with_parent, daemon=True).start()
    connection = connection_of(int(words[0]))
    status = 0
    try:
        if words[2] == "serve":
            Server(connection, SharedMemory(words[3]), words[4]).run()
        else:
            _list_and_try(connection, skip=None if words[2] == "list" else words[3:])
    except (EOFError, OSError):
        status = 1
    os._exit(status)


def _be_killed_with(parent: int) -> None:
    """Let the kernel end this process with its parent, also while a driver keeps Python waiting."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:  # it has ended before
            os._exit(1)


def _end_with_parent() -> None:
    """Wait for the end of standard input, which comes when the parent is gone."""
    while os.read(0, 1):
        pass
    os._exit(1)


def _end_in_time() -> None:
    """End this process in the end even if nobody is left to do it, and no Python code runs."""
    faulthandler.dump_traceback_later(_LONGEST, exit=True, file=sys.stderr)


def _list_and_try(connection: Connection, skip: Sequence[str] | None) -> None:
    """List the devices and try those not skipped, one after another; None: list only."""
    _end_in_time()
    found, others = _found()
    drivers = {each.device.id: each.driver for each in found if each.driver}
    send(connection, Listed(tuple(each.device for each in found), drivers, others))
    for each in found if skip is not None else ():
        if each.device.id not in (skip or ()):
            _end_in_time()
            send(connection, Trying(each.device.id))
            send(connection, Tried(tried(each)))


def _found() -> tuple[tuple[Found, ...], tuple[Device, ...]]:
    """List the devices, and what is listed for drivers without one, or for OpenCL itself.

    Whatever pyopencl raises is no driver's fault: it is said, and does not end this process.
    """
    from actviz.opencl.devices import find, silent_drivers

    try:
        found = find()
        return found, silent_drivers(found)
    except Exception as error:
        reason = f"OpenCL cannot be used: {_told(error)}"
        return (), (Device("opencl", "OpenCL (pyopencl)", "cpu", False, reason),)


def _told(error: Exception) -> str:
    """Tell an error in one line."""
    return f"{type(error).__name__}: {error}".strip().partition("\n")[0]


def tried(found: Found) -> Device:
    """Try a device's arithmetic, build the program and compare its numbers; gives the outcome.

    Whatever is raised settles this device, and leaves the process to try the others.
    """
    try:
        verdict = _verdict(found)
    except DeviceError as error:
        return _unusable(found.device, error.reason)
    except Exception as error:
        return _unusable(found.device, f"it cannot be tried: {_told(error)}")
    if verdict.fault:
        return _unusable(found.device, verdict.fault)
    return msgspec.structs.replace(found.device, warning=verdict.warning)


def _verdict(found: Found) -> Verdict:
    """Look for what is wrong with single operations first: it is named better there."""
    from actviz.opencl.check import examine
    from actviz.opencl.engine import OpenCLEngine
    from actviz.opencl.selftest import arithmetic

    first = arithmetic(found.device.id, found.handle)
    if first.fault:
        return first
    second = examine(OpenCLEngine(found.device, found.handle))
    return second._replace(warning=second.warning or first.warning)


def _unusable(device: Device, reason: str) -> Device:
    return msgspec.structs.replace(device, usable=False, reason=reason)


class Server:
    """Probes, opens the wanted or the best device, and answers requests in shared memory.

    What a dtype needs is built in a thread when it is first asked for; until then such requests
    are refused, and then it is said that the device is open once more.

    Parameters
    ----------
    wanted
        A device's id, or empty for the best one.
    """

    def __init__(self, connection: Connection, memory: SharedMemory, wanted: str) -> None:
        self._connection = connection
        self._memory = memory
        self._wanted = wanted
        self._engine: OpenCLEngine | None = None
        self._blocks: list[Block] = []
        self._probe = Probe()
        self._preparing: set[tuple[str, str]] = set()
        self._saying = threading.Lock()

    def run(self) -> None:
        """Serve until the connection ends or the device fails."""
        probe = self._probe
        importlib.import_module("actviz.opencl.engine")  # while the probe's process starts
        while True:
            if not probe.done:
                ready = wait([self._connection, probe.connection], probe.left())
                if self._connection not in ready:
                    probe.step()
                    if not self._consider():
                        return
                    continue
            message = receive(self._connection)
            if isinstance(message, Ask) and not self._answer(message):
                return

    def _say(self, message: Message) -> None:
        with self._saying:
            send(self._connection, message)

    def _consider(self) -> bool:
        """Open the device once it is known to be good; False when there is none to open."""
        probe = self._probe
        if self._engine is not None:
            if probe.done:  # now all devices are known
                self._say(Opened(self._engine.device, probe.devices))
            return True
        chosen = self._chosen(probe)
        if chosen is None and not probe.done:
            return True
        reason = "there is no usable OpenCL device"
        if self._wanted:
            reason = f"there is no device {self._wanted!r}"
        if chosen is not None and chosen.usable:
            with icd.only(probe.drivers_of([chosen])):
                reason = self._open(chosen)
            if not reason:
                self._say(Opened(chosen, probe.devices))
                return True
        elif chosen is not None:
            reason = chosen.reason
        probe.close()
        self._say(Broken(reason, probe.devices))
        return False

    def _chosen(self, probe: Probe) -> Device | None:
        if not self._wanted:
            return probe.best()
        named = (each for each in probe.devices if each.id == self._wanted)
        return next(named, None)

    def _open(self, device: Device) -> str:
        """Open a device on the shared memory; gives the reason where that fails."""
        from actviz.opencl.devices import open_handle
        from actviz.opencl.engine import OpenCLEngine

        _end_in_time()
        try:
            found = open_handle(device.id, device.name)
            self._engine = OpenCLEngine(device, found.handle)
            self._blocks = [
                self._engine.block(slot, points=CAPACITY) for slot in self._memory.slots
            ]
        except DeviceError as error:
            return error.reason
        except Exception as error:  # said, because a process that just ends tells nothing
            return f"it cannot be opened: {_told(error)}"
        finally:
            faulthandler.cancel_dump_traceback_later()
        return ""

    def _answer(self, ask: Ask) -> bool:
        """Answer a request; False when the device failed."""
        if self._engine is None:
            self._say(Refused(ask.number, "no device is open yet", later=True))
            return True
        try:
            request = ask.request()
            if self._begun(self._engine, request):
                self._say(Refused(ask.number, f"{ask.dtype} is not ready", later=True))
                return True
            seconds = self._engine.run_into(self._blocks[ask.slot], request)
        except ValueError as error:
            self._say(Refused(ask.number, str(error)))
        except DeviceError as error:
            self._say(Broken(error.reason, ()))
            return False
        else:
            self._say(Done(ask.number, seconds))
        return True

    def _begun(self, engine: OpenCLEngine, request: Request) -> bool:
        """Tell whether something must be built for a request; that goes on while others come."""
        from actviz.opencl.job import own_of

        own = own_of(request)
        if request.dtype not in engine.device.dtypes or engine.is_ready(request.dtype, own):
            return False
        what = request.dtype, own.f if own else ""
        if what not in self._preparing:
            self._preparing.add(what)
            arguments = (engine, request.dtype, own)
            threading.Thread(target=self._finish_preparing, args=arguments, daemon=True).start()
        return True

    def _finish_preparing(
        self, engine: OpenCLEngine, dtype: str, own: OwnRow | None = None
    ) -> None:
        """Build it, and say that the device is open once more, without what it turned out to lack.

        Whatever is raised settles this dtype; the other side may be gone by then.
        """
        try:
            engine.prepare(dtype, own)
        except Exception as error:
            reason = error.reason if isinstance(error, DeviceError) else _told(error)
            kept = tuple(each for each in engine.device.dtypes if each != dtype)
            lacking = msgspec.structs.replace(engine.device, dtypes=kept)
            engine.device = lacking.with_warning(f"{dtype} is left out: {reason}")
        self._preparing.discard((dtype, own.f if own else ""))
        with suppress(OSError):
            self._say(Opened(engine.device, self._probe.devices))


if __name__ == "__main__":
    main(sys.argv[1:])
