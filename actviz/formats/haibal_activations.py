"""Activations in the LabVIEW toolkit: a label of its enum, or a class with its parameters."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from actviz.activations import FORMULA, row
from actviz.formats.haibal_labels import CUSTOM, ENUM
from actviz.formats.keras_activations import meaning
from actviz.layers import LayerRow
from actviz.param import Real, Value, Values, refuse

CLASSES: Mapping[str, tuple[str, str, Real | None]] = MappingProxyType(
    {
        "ELU": ("elu", "alpha", Real()),
        "LeakyReLU": ("leaky_relu", "negative_slope", Real(low=0.0, high=1.0)),
        "Softmax": ("softmax", "axis", None),
        "ThresholdedReLU": ("thresholded_relu", "theta", Real(low=0.0)),
    }
)
"""The classes that take a parameter: what they compute, our name of it, and what it may be.

LeakyReLU is max(alpha·x, x) there, which is another function for an alpha above 1.
"""
SPELLED = MappingProxyType({"negative_slope": "alpha"})
HELD = tuple(dict.fromkeys(name for name, _ in ENUM.values()))


def activation_cluster(name: str, values: Values, layer: LayerRow, place: str) -> dict[str, object]:
    """Write an activation as the cluster {enum, Class}.

    Raises
    ------
    ValueError
        Where the toolkit has no such function with these values; names `place` and the reason.
    """
    chosen, meant = _as_the_toolkit_calls_it(name, meaning(name, values), layer)
    for label, (own_name, own_values) in ENUM.items():
        if (own_name, own_values) == (chosen, meant):
            return {"enum": label}
    for title, (own_name, key, domain) in CLASSES.items():
        if own_name == chosen and _only(meant, own_name, key):
            spelled = SPELLED.get(key, key)
            value = (
                meant[key] if domain is None else domain.check(meant[key], f"{place}.{name}.{key}")
            )
            return {"enum": CUSTOM, "Class": {"name": title, spelled: value}}
    raise _refusal(name, meant, place)


def _only(meant: Values, name: str, key: str) -> bool:
    """Whether all values but one are the row's own."""
    own = row(name).complete({})
    return all(value == own[other] for other, value in meant.items() if other != key)


def _as_the_toolkit_calls_it(name: str, meant: Values, layer: LayerRow) -> tuple[str, Values]:
    """Find the name under which the toolkit has the same function."""
    if name == "softmax":
        axis, axes = meant["axis"], layer.axes
        assert isinstance(axis, int)
        return name, {"axis": axis % axes if axes else axis}
    if name == "threshold" and meant["default_value"] == 0:
        return "thresholded_relu", {"theta": meant["threshold"]}
    if name not in ("relu", "leaky_relu") or meant["max_value"] is not None:
        return name, meant
    slope, threshold = meant["negative_slope"], meant["threshold"]
    if slope == 0:
        return ("relu", meant) if threshold == 0 else ("thresholded_relu", {"theta": threshold})
    return "leaky_relu", meant


def _refusal(name: str, meant: Values, place: str) -> ValueError:
    """Say what the toolkit has instead."""
    if name == FORMULA.name:
        reason = "a formula of your own has no form in the toolkit's enum"
        return ValueError(f"{place}: {reason}; allowed: {', '.join(HELD)}")
    if name not in HELD and name not in ("threshold", "relu", "leaky_relu"):
        return ValueError(f"{place}: {name} is not in the toolkit; allowed: {', '.join(HELD)}")
    fixed = dict(ENUM.values()).get(name)
    for key, value in meant.items():
        if fixed is not None and value != fixed[key] and not _settable(name, key):
            allowed = f"{_spoken(fixed[key])}: the toolkit's {_label(name)} cannot be set otherwise"
            return refuse(f"{place}.{name}.{key}", value, allowed)
    if name == "threshold":
        allowed = "0: the toolkit has a ThresholdedReLU only"
        return refuse(f"{place}.{name}.default_value", meant["default_value"], allowed)
    return refuse(f"{place}.{name}", dict(meant), "one of the toolkit's functions")


def _settable(name: str, key: str) -> bool:
    return any((own_name, own_key) == (name, key) for own_name, own_key, _ in CLASSES.values())


def _label(name: str) -> str:
    return next(label for label, (own_name, _) in ENUM.items() if own_name == name)


def _spoken(value: Value) -> str:
    return "none" if value is None else str(value)
