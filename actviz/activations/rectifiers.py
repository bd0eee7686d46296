"""Rectifiers: piecewise linear, the identity among them."""

from __future__ import annotations

from actviz.activations.row import Row
from actviz.param import FINITE, Param, Real

_THRESHOLD = Param(
    "threshold",
    0.0,
    FINITE,
    slider=(-2.0, 2.0),
    doc="only inputs above it pass; f jumps there unless it is 0",
    symbol=r"\theta",
)
_MAX_VALUE = Param(
    "max_value",
    None,
    Real(optional=True),
    slider=(0.0, 10.0),
    doc="f grows no further than this",
    symbol="m",
)
_F = "min(x, max_value) if x > threshold else negative_slope * (x - threshold)"
_DF = "negative_slope if x <= threshold else 1 if x <= max_value else 0"
_KERNEL = (
    "relu(x, negative_slope, max_value, threshold)",
    "relu_grad(x, negative_slope, max_value, threshold)",
)


def _slope(default: float) -> Param:
    return Param(
        "negative_slope",
        default,
        FINITE,
        slider=(0.0, 1.0),
        doc="the slope below the threshold",
        symbol="a",
    )


RELU = Row(
    "relu",
    "ReLU",
    "rectifiers",
    f=_F,
    df=_DF,
    kernel=_KERNEL,
    params=(_slope(0.0), _MAX_VALUE, _THRESHOLD),
    kinks=("threshold", "max_value"),
    doc="Passes what lies above a threshold and holds back the rest; cheap, and never saturates "
    "on the right.",
    source="Nair, Hinton 2010, Rectified Linear Units Improve Restricted Boltzmann Machines; "
    "max_value, threshold and negative_slope as in keras.layers.ReLU",
)

LEAKY_RELU = Row(
    "leaky_relu",
    "Leaky ReLU",
    "rectifiers",
    f=_F,
    df=_DF,
    kernel=_KERNEL,
    params=(_slope(0.3), _MAX_VALUE, _THRESHOLD),
    kinks=("threshold", "max_value"),
    doc="A ReLU that lets a small slope through on the left, so that no unit dies.",
    source="Maas, Hannun, Ng 2013, Rectifier Nonlinearities Improve Neural Network Acoustic Models",
)

THRESHOLDED_RELU = Row(
    "thresholded_relu",
    "Thresholded ReLU",
    "rectifiers",
    f="x if x > theta else 0",
    df="1 if x > theta else 0",
    kernel=("thresholded_relu(x, theta)", "thresholded_relu_grad(x, theta)"),
    params=(
        Param(
            "theta",
            1.0,
            FINITE,
            slider=(0.0, 5.0),
            doc="inputs up to it give 0; f jumps there by its value",
            symbol=r"\theta",
        ),
    ),
    kinks=("theta",),
    doc="Passes inputs above theta unchanged and sets all others to 0, so that it jumps at theta.",
    source="Konda, Memisevic, Krueger 2015, arXiv:1402.3337",
)

PRELU = Row(
    "prelu",
    "PReLU",
    "rectifiers",
    f="x if x > 0 else alpha * x",
    df="1 if x > 0 else alpha",
    kernel=("prelu(x, alpha)", "prelu_grad(x, alpha)"),
    params=(
        Param(
            "alpha",
            0.25,
            FINITE,
            slider=(-1.0, 1.0),
            doc="the slope on the left, which a network learns; here it is held",
            symbol=r"\alpha",
        ),
    ),
    kinks=("0",),
    doc="A leaky ReLU whose slope on the left is learned, one a channel or one for all.",
    source="He, Zhang, Ren, Sun 2015, arXiv:1502.01852",
)

RELU6 = Row(
    "relu6",
    "ReLU6",
    "rectifiers",
    f="min(max(x, 0), 6)",
    df="0 if x <= 0 else 1 if x <= 6 else 0",
    kernel=("hard_tanh(x, 0, 6)", "hard_tanh_grad(x, 0, 6)"),
    kinks=("0", "6"),
    doc="A ReLU cut off at 6, which keeps its digits in fixed-point and half precision.",
    source="Krizhevsky 2010, Convolutional Deep Belief Networks on CIFAR-10",
)

THRESHOLD = Row(
    "threshold",
    "Threshold",
    "rectifiers",
    f="x if x > threshold else default_value",
    df="1 if x > threshold else 0",
    kernel=(
        "threshold(x, threshold, default_value)",
        "threshold_grad(x, threshold, default_value)",
    ),
    params=(
        Param(
            "threshold",
            1.0,
            FINITE,
            slider=(-2.0, 2.0),
            doc="inputs up to it give the default value",
            symbol=r"\theta",
        ),
        Param(
            "default_value",
            0.0,
            FINITE,
            slider=(-2.0, 2.0),
            doc="f below the threshold; f jumps unless it equals the threshold",
            symbol="v",
        ),
    ),
    kinks=("threshold",),
    doc="Passes inputs above a threshold and puts one value in the place of all others.",
    source="torch.nn.Threshold and keras.activations.threshold, which have no defaults",
)

LINEAR = Row(
    "linear",
    "Linear",
    "rectifiers",
    f="x",
    df="1",
    doc="Leaves its input as it is: a layer without an activation.",
    source="the identity",
)
