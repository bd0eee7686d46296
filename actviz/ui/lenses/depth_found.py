"""What the Depth lens studies for a session, and what it has found so far."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from actviz.activations import row
from actviz.analysis.depth import Study, Subject, study
from actviz.analysis.initial import INITIALIZERS
from actviz.analysis.network import PARAMS, Network
from actviz.layers import layer_row
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


def not_scalar(session: Session) -> str:
    """Say what to choose instead for a recurrent layer, and for softmax."""
    if layer_row(session.config.layer).family in ("Recurrent", "Recurrent cells"):
        return (
            f"{session.config.layer} repeats one layer over time: its gradients go along states "
            "and gates. Look through the Time lens, or choose a feed-forward layer, such as Dense."
        )
    if row(session.activation).vector:
        return (
            f"{row(session.activation).title} acts on whole vectors, so a deep network of it has "
            "no mean field of this kind. Choose another activation."
        )
    return ""


def sigmas(session: Session) -> tuple[float, float]:
    """Give the σw and σb in use: an initialiser with a variance of its own sets σw."""
    settings = session.settings
    named = INITIALIZERS[str(settings["initializer"])].weight_variance
    sigma_w, sigma_b = settings["sigma_w"], settings["sigma_b"]
    assert isinstance(sigma_w, float)
    assert isinstance(sigma_b, float)
    return (sigma_w if named is None else math.sqrt(named)), sigma_b
