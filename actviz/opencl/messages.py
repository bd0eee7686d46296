"""What this process and its child say to each other, as msgpack over a connection."""

from __future__ import annotations

from multiprocessing.connection import Connection
from typing import Any

import msgspec

from actviz.evaluation import Device, Grid, Request


class Listed(msgspec.Struct, tag=True, frozen=True):
    """The devices there are, in the order of preference, none of them tried yet.

    `drivers` names the `.icd` file that a device comes from, by the device's id, where it is
    known; `others` stand for drivers without a device, and say why.
    """

    devices: tuple[Device, ...]
    drivers: dict[str, str]
    others: tuple[Device, ...]


class Trying(msgspec.Struct, tag=True, frozen=True):
    """A device that is tried from now on: if the process ends, this device ended it."""

    device: str


class Tried(msgspec.Struct, tag=True, frozen=True):
    """A device with what came of trying it."""

    device: Device


class Opened(msgspec.Struct, tag=True, frozen=True):
    """The child computes on `device`; `devices` are those known by now, and may be sent again."""

    device: Device
    devices: tuple[Device, ...]


class Ask(msgspec.Struct, tag=True, frozen=True):
    """A request over a grid, to be answered in one of the two slots of the shared memory."""

    number: int
    slot: int
    activation: str
    values: tuple[tuple[str, Any], ...]
    low: float
    high: float
    count: int
    dtype: str

    @classmethod
    def of(cls, number: int, slot: int, request: Request) -> Ask:
        """Make a message of a request over a grid."""
        x = request.x
        assert isinstance(x, Grid)
        return cls(
            number, slot, request.activation, request.values, x.low, x.high, x.count, request.dtype
        )

    def request(self) -> Request:
        """Give the request back."""
        grid = Grid(self.low, self.high, self.count)
        return Request(self.activation, self.values, grid, self.dtype)


class Done(msgspec.Struct, tag=True, frozen=True):
    """The answer to a request stands in its slot."""

    number: int
    seconds: float


class Refused(msgspec.Struct, tag=True, frozen=True):
    """A request cannot be answered because something is wrong with it, or not yet (`later`)."""

    number: int
    reason: str
    later: bool = False


class Broken(msgspec.Struct, tag=True, frozen=True):
    """The child can do nothing any more, and ends."""

    reason: str
    devices: tuple[Device, ...]


Message = Listed | Trying | Tried | Opened | Ask | Done | Refused | Broken

_ENCODER = msgspec.msgpack.Encoder()
_DECODER: msgspec.msgpack.Decoder[Message] = msgspec.msgpack.Decoder(Message)


def send(connection: Connection, message: Message) -> None:
    """Send a message; OSError when the other side is gone."""
    connection.send_bytes(_ENCODER.encode(message))


def receive(connection: Connection) -> Message:
    """Take a message; EOFError or OSError when the other side is gone."""
    return _DECODER.decode(connection.recv_bytes())
