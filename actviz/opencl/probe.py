"""Trying every device in a child process: what hangs or kills its process is listed, no more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from multiprocessing.connection import Connection, wait
from time import monotonic

import msgspec

from actviz.evaluation import Device
from actviz.opencl import failures, icd
from actviz.opencl.messages import Listed, Message, Tried, Trying, receive
from actviz.opencl.process import Process

LIMIT = 30.0
"""Seconds for each device's build and check: a cold build takes 10 on a machine at work."""
_TOGETHER = 1 / 3
"""The share of it that all drivers have for listing their devices, before each is listed alone."""
_ALONE = 2 / 3
"""The share of it that each driver has then."""


class Probe:
    """A probe of all devices that goes on in a child while the caller does other things.

    Whenever `connection` is readable or `left()` is 0, call `step`. `devices` grows until `done`:
    first all devices in the order of preference are known, then one after another is settled.
    A driver that ends the child or does not answer in time settles its device as unusable, and a
    new child goes on behind it. Such a driver is left out of later probes, until `again`.
    """

    def __init__(self, limit: float = LIMIT, *, again: bool = False) -> None:
        icd.prepare()
        if again:
            failures.forget()
        self.done = False
        self._limit = limit
        self._order: tuple[Device, ...] = ()
        self._names: dict[str, str] = {}
        self._settled: dict[str, Device] = {}
        self._failed: set[str] = set()
        self._others: tuple[Device, ...] = ()
        self._trying = ""
        self._isolated = False
        self._all = icd.system_drivers()
        known = failures.remembered(self._all)
        self._bad = [each for name in known for each in known[name]]
        self._drivers = {name: self._all[name] for name in self._all if name not in known}
        self._start(limit * _TOGETHER)

    @property
    def devices(self) -> tuple[Device, ...]:
        """The devices that are settled, in the order of preference, then drivers that failed."""
        settled = (self._settled.get(each.id) for each in self._order)
        return (*(each for each in settled if each is not None), *self._bad, *self._others)

    def best(self) -> Device | None:
        """Give the device to take: the first usable one, once all before it are settled."""
        for each in self._order:
            settled = self._settled.get(each.id)
            if settled is None:
                return None
            if settled.usable:
                return settled
        return None

    def drivers_of(self, devices: Iterable[Device]) -> icd.Drivers:
        """Give the drivers of some devices; all that were loaded where one's is not known."""
        names = {self._names.get(each.id, "") for each in devices}
        return self._drivers if "" in names else {name: self._drivers[name] for name in names}

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
                self._fail(_silence(self._given), lasting=True)
        except (EOFError, OSError):
            reason = _end(self._process)
            self._process.kill()
            self._fail(reason, lasting=not self._process.was_killed())

    def close(self) -> None:
        """End the child; what is not settled by now stays so."""
        self.done = True
        self._process.kill()

    def _start(self, seconds: float) -> None:
        self._trying = ""
        complete = self._drivers == self._all
        drivers = "" if complete else icd.folder_of(self._drivers)
        self._process = Process("probe", *self._settled, drivers=drivers)
        self.connection = self._process.connection
        self._give(seconds)

    def _give(self, seconds: float) -> None:
        self._given = seconds
        self._deadline = monotonic() + seconds

    def _take(self, message: Message) -> None:
        self._give(self._limit)
        if isinstance(message, Listed):
            self._order, self._names = message.devices, message.drivers
            self._others = message.others
        elif isinstance(message, Trying):
            self._trying = message.device
        elif isinstance(message, Tried):
            self._settled[message.device.id] = message.device
            self._trying = ""
        listed = isinstance(message, Listed) or self._order
        if listed and len(self._settled) == len(self._order):
            self.close()

    def _fail(self, reason: str, *, lasting: bool) -> None:
        """Settle the device that was tried, or find the driver that cannot even be listed."""
        tried = next((each for each in self._order if each.id == self._trying), None)
        if tried is not None:
            self._settled[tried.id] = msgspec.structs.replace(tried, usable=False, reason=reason)
            if lasting:
                self._remember(self._names.get(tried.id, ""))
        elif not self._isolated:
            self._isolated = True
            self._leave_out_bad_drivers()
        else:
            self.done = True  # the drivers that can be listed alone cannot be listed together
            return
        if self._order and len(self._settled) == len(self._order):
            self.done = True
        else:
            self._start(self._limit)

    def _remember(self, name: str) -> None:
        """Remember a driver that failed, if it has no device that may be good."""
        own = [each.id for each in self._order if self._names.get(each.id) == name]
        settled = [self._settled[each] for each in own if each in self._settled]
        if name and len(settled) == len(own) and not any(each.usable for each in settled):
            failures.remember(name, self._drivers[name], tuple(settled))

    def _leave_out_bad_drivers(self) -> None:
        """List each driver in a child of its own; those that fail are not loaded any more."""
        from actviz.opencl.devices import driver_entry

        for name, (reason, lasting) in _listing_faults(self._drivers, self._limit * _ALONE).items():
            entry = driver_entry(name, self._drivers[name], reason)
            self._bad.append(entry)
            if lasting:
                failures.remember(name, self._drivers[name], (entry,))
            del self._drivers[name]


def probe(limit: float = LIMIT, *, again: bool = False) -> Iterator[Probe]:
    """Give the probe after each step until it is done; ended early, it ends its child."""
    running = Probe(limit, again=again)
    try:
        while not running.done:
            running.connection.poll(running.left())
            running.step()
            yield running
    finally:
        running.close()


def _silence(seconds: float) -> str:
    return f"its driver did not answer within {seconds:g} s"


def _end(process: Process) -> str:
    return f"its driver ended the process ({process.ending()})"


def _listing_faults(drivers: icd.Drivers, limit: float) -> dict[str, tuple[str, bool]]:
    """Say why drivers' devices cannot be listed, and if that lasts; all are tried at once."""
    processes = {
        name: Process("list", drivers=icd.folder_of({name: library}))
        for name, library in drivers.items()
    }
    faults = {name: (_silence(limit), True) for name in drivers}
    waiting = {process.connection: name for name, process in processes.items()}
    deadline = monotonic() + limit
    try:
        while waiting and (ready := wait(list(waiting), max(0.0, deadline - monotonic()))):
            for connection in ready:
                assert isinstance(connection, Connection)
                name = waiting.pop(connection)
                try:
                    receive(connection)
                    del faults[name]
                except (EOFError, OSError):
                    process = processes[name]
                    faults[name] = (_end(process), not process.was_killed())
    finally:
        for process in processes.values():
            process.kill()
    return faults
