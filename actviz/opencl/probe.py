"""Trying every device in a child process: what hangs or kills its process is listed, no more."""

from __future__ import annotations

from collections.abc import Iterator
from time import monotonic

from actviz.evaluation import Device
from actviz.opencl import icd
from actviz.opencl.messages import Listed, Message, Tried, Trying, receive
from actviz.opencl.process import Process

LIMIT = 20.0
"""Seconds that a driver has for listing its devices, and for each device's build and check."""


class Probe:
    """A probe of all devices that goes on in a child while the caller does other things.

    Whenever `connection` is readable or `left()` is 0, call `step`. `devices` grows until `done`:
    first all devices in the order of preference are known, then one after another is settled.
    A driver that ends the child or does not answer in time settles its device as unusable, and a
    new child goes on behind it.
    """

    def __init__(self, limit: float = LIMIT) -> None:
        icd.prepare()
        self.done = False
        self._limit = limit
        self._order: tuple[Device, ...] = ()
        self._settled: dict[str, Device] = {}
        self._bad_drivers: tuple[Device, ...] = ()
        self._trying = ""
        self._isolated = False
        self._start()

    @property
    def devices(self) -> tuple[Device, ...]:
        """The devices that are settled, in the order of preference, then drivers that failed."""
        settled = (self._settled.get(each.id) for each in self._order)
        return (*(each for each in settled if each is not None), *self._bad_drivers)

    def best(self) -> Device | None:
        """Give the device to take: the first usable one, once all before it are settled."""
        for each in self._order:
            settled = self._settled.get(each.id)
            if settled is None:
                return None
            if settled.usable:
                return settled
        return None

    def left(self) -> float:
        """Give the seconds until the child has run out of time."""
        return max(0.0, self._deadline - monotonic())

    def step(self) -> None:
        """Take a message of the child, or act on its end or on its running out of time."""
        try:
            if self.connection.poll(0):
                self._take(receive(self.connection))
            elif self.left() == 0.0:
                self._process.kill()
                self._fail(f"its driver did not answer within {self._limit:g} s")
        except (EOFError, OSError):
            ending = self._process.ending()
            self._process.kill()
            self._fail(f"its driver ended the process ({ending})")

    def close(self) -> None:
        """End the child; what is not settled by now stays so."""
        self.done = True
        self._process.kill()

    def _start(self) -> None:
        self._trying = ""
        self._process = Process("probe", *self._settled)
        self.connection = self._process.connection
        self._deadline = monotonic() + self._limit

    def _take(self, message: Message) -> None:
        self._deadline = monotonic() + self._limit
        if isinstance(message, Listed):
            self._order = message.devices
        elif isinstance(message, Trying):
            self._trying = message.device
        elif isinstance(message, Tried):
            self._settled[message.device.id] = message.device
            self._trying = ""
        listed = isinstance(message, Listed) or self._order
        if listed and len(self._settled) == len(self._order):
            self.close()

    def _fail(self, reason: str) -> None:
        """Settle the device that was tried, or find the driver that cannot even be listed."""
        tried = next((each for each in self._order if each.id == self._trying), None)
        if tried is not None:
            self._settled[tried.id] = _unusable(tried, reason)
        elif not self._isolated:
            self._isolated = True
            self._leave_out_bad_drivers()
        else:
            self.done = True  # the drivers that can be listed alone cannot be listed together
            return
        if self._order and len(self._settled) == len(self._order):
            self.done = True
        else:
            self._start()

    def _leave_out_bad_drivers(self) -> None:
        """List each driver in a child of its own; those that fail are not loaded any more."""
        drivers = icd.system_drivers()
        good, bad = {}, []
        for name, library in drivers.items():
            reason = _listing_fault({name: library}, self._limit)
            if reason:
                stem = name.removesuffix(".icd")
                bad.append(Device(f"driver-{stem}", f"{name} ({library})", "cpu", False, reason))
            else:
                good[name] = library
        self._bad_drivers = tuple(bad)
        icd.use(good)


def probe(limit: float = LIMIT) -> Iterator[Probe]:
    """Give the probe after each step until it is done; ended early, it ends its child."""
    running = Probe(limit)
    try:
        while not running.done:
            running.connection.poll(running.left())
            running.step()
            yield running
    finally:
        running.close()


def _unusable(device: Device, reason: str) -> Device:
    return Device(device.id, device.name, device.kind, False, reason, device.dtypes)


def _listing_fault(drivers: dict[str, str], limit: float) -> str:
    """Say why a driver's devices cannot be listed, or nothing."""
    process = Process("list", drivers=icd.folder_of(drivers))
    try:
        if not process.connection.poll(limit):
            return f"its driver did not answer within {limit:g} s"
        receive(process.connection)
    except (EOFError, OSError):
        return f"its driver ended the process ({process.ending()})"
    finally:
        process.kill()
    return ""
