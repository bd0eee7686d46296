"""What the Depth lens studies for a session, and what it has found so far."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from actviz.activations import row
from actviz.analysis.depth import Study, Subject, study
from actviz.analysis.network import PARAMS, Network
from actviz.session import Session
from actviz.ui.board import Part, Shown, curves_of


@dataclass(frozen=True, slots=True)
class Key:
    """What the study depends on."""

    curves: tuple[Shown, ...]
    network: Network
    networks: int

    @property
    def subjects(self) -> list[Subject]:
        """Name what is studied."""
        return [(each.activation, each.values) for each in self.curves]


@dataclass(frozen=True, slots=True)
class Found:
    """What has been found so far, the live curve first."""

    key: Key
    study: Study


def key(session: Session) -> Key:
    """Take the curves that are scalar functions, and the network."""
    settings = session.settings
    names = [param.name for param in PARAMS if param.name != "dtype"]
    dtype = "float64" if session.dtype == "float64" else "float32"
    network = Network(**{name: settings[name] for name in names}, dtype=dtype)  # type: ignore[arg-type]
    networks = settings["networks"]
    assert isinstance(networks, int)
    curves = (each for each in curves_of(session) if not row(each.activation).vector)
    return Key(tuple(curves), network, networks)


def work(wanted: Key) -> Iterator[Part]:
    """Run the study."""
    for done, found in study(wanted.subjects, wanted.network, wanted.networks):
        yield Part(done, Found(wanted, found))
