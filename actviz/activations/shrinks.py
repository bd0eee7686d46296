"""Shrinks: they take small inputs to 0 and leave large ones large."""

from __future__ import annotations

from actviz.activations.row import Row
from actviz.param import NOT_NEGATIVE, Param

_THRESHOLD = Param(
    "threshold",
    0.5,
    NOT_NEGATIVE,
    slider=(0.0, 3.0),
    doc="inputs up to this size give 0; with 0, f is x",
    symbol=r"\lambda",
)
_DF = "1 if x <= -threshold else 0 if x <= threshold else 1"
_KINKS = ("-threshold", "threshold")

HARD_SHRINK = Row(
    "hard_shrink",
    "Hard shrink",
    "shrinks",
    f="x if abs(x) > threshold else 0",
    df=_DF,
    kernel=("hard_shrink(x, threshold)", "hard_shrink_grad(x, threshold)"),
    params=(_THRESHOLD,),
    kinks=_KINKS,
    doc="Sets inputs near 0 to 0 and leaves all others as they are, so that it jumps twice.",
    source="Donoho, Johnstone 1994, Ideal Spatial Adaptation by Wavelet Shrinkage",
)

SOFT_SHRINK = Row(
    "soft_shrink",
    "Soft shrink",
    "shrinks",
    f="x - threshold if x > threshold else 0 if x >= -threshold else x + threshold",
    df=_DF,
    kernel=("soft_shrink(x, threshold)", "soft_shrink_grad(x, threshold)"),
    params=(_THRESHOLD,),
    kinks=_KINKS,
    doc="Moves every input towards 0 by the threshold, and to 0 what is nearer than that.",
    source="Donoho 1995, De-Noising by Soft-Thresholding",
)

TANH_SHRINK = Row(
    "tanh_shrink",
    "Tanh shrink",
    "shrinks",
    f="x - tanh(x)",
    df="tanh(x) ** 2",
    kernel=("tanh_shrink(x)", "tanh_shrink_grad(x)"),
    doc="Takes the tanh off its input: flat as x³/3 at 0, the input less 1 far out.",
    source="torch.nn.Tanhshrink and keras.activations.tanh_shrink",
)
