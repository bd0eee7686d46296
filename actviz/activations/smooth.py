"""Smooth relatives of the rectifier, unbounded on the right."""

from __future__ import annotations

from actviz.activations.row import Row
from actviz.param import FINITE, Choice, Param

ELU = Row(
    "elu",
    "ELU",
    "smooth",
    f="x if x > 0 else alpha * expm1(x)",
    df="1 if x > 0 else alpha * exp(x)",
    kernel=("elu(x, alpha)", "elu_grad(x, alpha)"),
    params=(
        Param(
            "alpha",
            1.0,
            FINITE,
            slider=(0.0, 5.0),
            doc="f tends to −alpha as x → −∞",
            symbol=r"\alpha",
        ),
    ),
    kinks=("0",),
    doc="Saturates at −alpha on the left, which pushes the mean activation towards 0.",
    source="Clevert, Unterthiner, Hochreiter 2016, arXiv:1511.07289",
)

SELU = Row(
    "selu",
    "SELU",
    "smooth",
    f="1.0507009873554805 * x if x > 0 else 1.7580993408473766 * expm1(x)",
    df="1.0507009873554805 if x > 0 else 1.7580993408473766 * exp(x)",
    kernel=("selu(x)", "selu_grad(x)"),
    kinks=("0",),
    doc="An ELU scaled so that mean 0 and variance 1 are kept from layer to layer.",
    source="Klambauer, Unterthiner, Mayr, Hochreiter 2017, arXiv:1706.02515; "
    "the constants are those of keras.activations.selu",
)

_U = "sqrt(2 / pi) * (x + 0.044715 * x ** 3)"
_DU = "sqrt(2 / pi) * (1 + 3 * 0.044715 * x ** 2)"
GELU = Row(
    "gelu",
    "GELU",
    "smooth",
    f=f"0.5 * x * (1 + tanh({_U})) if approximate == 1 else x * normal_cdf(x)",
    df=f"0.5 * (1 + tanh({_U})) + 0.5 * x * (1 - tanh({_U}) ** 2) * ({_DU}) if approximate == 1 "
    "else normal_cdf(x) + x * normal_pdf(x)",
    kernel=(
        "gelu_tanh(x) if approximate == 1 else gelu(x)",
        "gelu_tanh_grad(x) if approximate == 1 else gelu_grad(x)",
    ),
    params=(
        Param(
            "approximate",
            "none",
            Choice(("none", "tanh")),
            doc="none: x·Φ(x) itself; tanh: the approximation by tanh",
        ),
    ),
    where=(("u", _U), ("u'", _DU)),
    doc="Weights an input by the probability that a standard normal variable lies below it.",
    source="Hendrycks, Gimpel 2016, arXiv:1606.08415",
)

SWISH = Row(
    "swish",
    "Swish",
    "smooth",
    f="x * sigmoid(beta * x)",
    df="sigmoid(beta * x) + beta * x * sigmoid(beta * x) * (1 - sigmoid(beta * x))",
    kernel=("swish(x, beta)", "swish_grad(x, beta)"),
    params=(
        Param(
            "beta",
            1.0,
            FINITE,
            slider=(0.0, 10.0),
            doc="0 gives x/2, large values approach ReLU",
            symbol=r"\beta",
        ),
    ),
    doc="The input times its sigmoid: smooth, and not monotone; with beta = 1 also called SiLU.",
    source="Ramachandran, Zoph, Le 2017, arXiv:1710.05941; "
    "SiLU: Elfwing, Uchibe, Doya 2018, arXiv:1702.03118",
)
