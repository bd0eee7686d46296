"""Who computes for the window: OpenCL in a child process, and NumPy whenever that is not there.

`ask` never waits for more than a few milliseconds. The newest request of each key waits while
the child is busy; a child that hangs or dies is replaced by the next device, and until that is
ready NumPy answers, so a picture is never missing.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from actviz.evaluation import Device, Grid, NumPyEngine, Request
from actviz.ui.link import Link

if TYPE_CHECKING:
    from actviz.engines import Answer, Failed, Message

PATIENCE = 0.004
"""Seconds that `ask` waits for an answer which then is drawn in the same event."""
_MOST_KEYS = 64
_NOBODY = ""
"""The key of a request whose answer nobody waits for any more."""
_MOST_FAILURES = 2
"""How often a device may fail before it is left alone until the person chooses it."""
NUMPY = NumPyEngine.device.id


@dataclass(frozen=True, slots=True)
class Status:
    """Who computes, who could, and what the user should know about it.

    `device` computes what it can hold (`starting` while that is NumPy because the chosen one is
    not ready); `message` says why it is not the one that was chosen. `refusal` says why it has not
    computed what it was last asked for in vain.
    """

    device: Device
    devices: tuple[Device, ...]
    starting: bool = False
    message: str = ""
    refusal: str = ""


class Evaluator(QObject):
    """Answers requests by key; only the newest one of a key counts."""

    answered = Signal(str, object)
    """Emitted with the key and the Result, often before `ask` returns."""
    status = Signal(object)
    """Emitted with the Status whenever it changes."""

    def __init__(self, link: Link | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._numpy = NumPyEngine()
        self._link = link
        self._ready = False
        self._asked: tuple[str, Request] | None = None
        self._waiting: dict[str, Request] = {}
        self._latest: dict[str, Request] = {}
        self._put_off: set[str] = set()
        self._refused = _NOBODY
        self._failures: Counter[str] = Counter()
        self._wanted: str | None = None
        self._said = ""
        self._now = Status(self._numpy.device, (self._numpy.device,))
        if link is not None:
            link.arrived.connect(self._take)
            link.lost.connect(self._lose)

    @property
    def now(self) -> Status:
        """The present status."""
        return self._now

    def start(self, device: str | None = None) -> None:
        """Begin with a device, None for the best one; NumPy answers until it is ready."""
        self._failures.clear()
        self._said = ""
        self._begin(device)

    def choose_device(self, device: str | None) -> None:
        """Compute on another device from now on."""
        self.start(device)

    def ask(self, key: str, request: Request) -> None:
        """Have a request answered; an older one of the same key that still waits is dropped."""
        self._waiting.pop(key, None)
        self._latest.pop(key, None)
        self._latest[key] = request
        if len(self._latest) > _MOST_KEYS:
            del self._latest[next(iter(self._latest))]
        if not self._fits(request):
            self._forget_asked(key)
            self._forget_refusal(key)
            self._compute(key, request)
        elif self._asked is not None:
            self._waiting[key] = request
        else:
            self._send(key, request)

    def close(self) -> None:
        """End the child; nothing is answered afterwards but by NumPy."""
        self._ready = False
        self._asked = None
        self._waiting.clear()
        if self._link is not None:
            self._link.close()

    def _fits(self, request: Request) -> bool:
        return (
            self._ready and isinstance(request.x, Grid) and request.dtype in self._now.device.dtypes
        )

    def _forget_asked(self, key: str) -> None:
        """Let no late answer of the device come after a newer one by NumPy."""
        if self._asked is not None and self._asked[0] == key:
            self._asked = (_NOBODY, self._asked[1])

    def _forget_refusal(self, key: str) -> None:
        """Say no more that the device refused what has this key."""
        if key == self._refused:
            self._refused = _NOBODY
            self._say(replace(self._now, refusal=""))

    def _send(self, key: str, request: Request) -> None:
        assert self._link is not None
        self._asked = (key, request)
        self._link.send(request, PATIENCE)

    def _compute(self, key: str, request: Request) -> None:
        self.answered.emit(key, self._numpy.run(request))

    def _say(self, status: Status) -> None:
        if status != self._now:
            self._now = status
            self.status.emit(status)

    # The child's messages

    def _take(self, message: Message) -> None:
        from actviz.engines import Answer, Ready

        if isinstance(message, Ready):
            fresh, self._ready = not self._ready, True
            self._say(Status(message.device, message.devices, message=self._said))
            self._repeat(set(self._latest) if fresh else self._put_off)
        elif isinstance(message, Answer):
            self._answer(message)
        elif message.fatal:
            self._fail(message)
        else:
            self._pass_on(message)

    def _answer(self, message: Answer) -> None:
        asked, self._asked = self._asked, None
        if asked is not None and asked[0] != _NOBODY and asked[1] == message.result.request:
            self._forget_refusal(asked[0])
            self.answered.emit(asked[0], message.result)
        self._send_next()

    def _send_next(self) -> None:
        if self._waiting and self._asked is None:
            key = next(iter(self._waiting))
            self._send(key, self._waiting.pop(key))

    def _repeat(self, keys: set[str]) -> None:
        """Compute what is on the screen again, now that the device answers it."""
        self._put_off = set()
        for key, request in list(self._latest.items()):
            if key in keys and self._fits(request):
                self.ask(key, request)

    # Falling back

    def _pass_on(self, message: Failed) -> None:
        """Let NumPy compute what the device does not, or not yet; the device stays."""
        asked, self._asked = self._asked, None
        if asked is not None and asked[0] != _NOBODY and asked[1] == message.request:
            if message.later:
                self._put_off.add(asked[0])
            else:
                self._refused = asked[0]
                self._say(replace(self._now, refusal=message.reason))
            self._compute(*asked)
        self._send_next()

    def _fail(self, message: Failed) -> None:
        assert self._link is not None
        self._link.close()
        self._say(Status(self._now.device, message.devices, message=self._said))
        self._lose(message.reason)

    def _lose(self, reason: str) -> None:
        """Let NumPy draw what was asked, and start the next device."""
        failed = self._now.device.name if self._ready else self._name_of(self._wanted)
        self._failures[self._now.device.id if self._ready else self._wanted or ""] += 1
        self._said = f"{failed}: {reason}"
        self._ready = False
        following = self._following()
        if following is None:
            self._say(Status(self._numpy.device, self._now.devices, message=self._said))
        else:
            self._begin(following)
        self._draw_pending()

    def _draw_pending(self) -> None:
        pending = dict([self._asked] if self._asked is not None else [])
        pending |= self._waiting
        pending.pop(_NOBODY, None)
        self._asked = None
        self._waiting.clear()
        for key, request in pending.items():
            self._compute(key, request)

    def _following(self) -> str | None:
        """Give the next device to try: the best of those that failed least, none too often."""
        able = [
            device.id
            for device in self._now.devices
            if device.usable and device.id != NUMPY and self._failures[device.id] < _MOST_FAILURES
        ]
        return min(able, key=lambda device: self._failures[device], default=None)

    def _name_of(self, identifier: str | None) -> str:
        named = (device.name for device in self._now.devices if device.id == identifier)
        return next(named, identifier or "OpenCL")

    def _begin(self, device: str | None) -> None:
        """Start a child for the device; with NumPy chosen there is none."""
        self._ready = False
        self._wanted = device
        starting = self._link is not None and device != NUMPY
        self._say(Status(self._numpy.device, self._now.devices, starting, self._said))
        if self._link is None:
            return
        self._link.close()
        self._draw_pending()
        if starting:
            self._link.start(device)
        else:
            self._repeat_with_numpy()

    def _repeat_with_numpy(self) -> None:
        for key, request in list(self._latest.items()):
            self._compute(key, request)
