"""Smooth relatives of the rectifier, unbounded on the right."""

from __future__ import annotations

from actviz.activations.row import Row
from actviz.param import FINITE, NOT_NEGATIVE, POSITIVE, Choice, Param

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

CELU = Row(
    "celu",
    "CELU",
    "smooth",
    f="x if x > 0 else alpha * expm1(x / alpha)",
    df="1 if x > 0 else exp(x / alpha)",
    kernel=("celu(x, alpha)", "celu_grad(x, alpha)"),
    params=(
        Param(
            "alpha",
            1.0,
            POSITIVE,
            slider=(0.05, 5.0),
            doc="f tends to −alpha as x → −∞; the slope is 1 at 0 whatever it is",
            symbol=r"\alpha",
        ),
    ),
    kinks=("0",),
    doc="An ELU whose slope is continuous for every alpha, because x is scaled too.",
    source="Barron 2017, arXiv:1704.07483",
)

EXPONENTIAL = Row(
    "exponential",
    "Exponential",
    "smooth",
    f="exp(x)",
    df="exp(x)",
    kernel=("exponential(x)", "exponential_grad(x)"),
    doc="Makes any input positive; the log link of a Poisson regression, and softmax's numerator.",
    source="the exponential function, as keras.activations.exponential",
)

HARD_SWISH = Row(
    "hard_swish",
    "Hard swish",
    "smooth",
    f="x * min(max(x + 3, 0), 6) / 6",
    df="0 if x <= -3 else (2 * x + 3) / 6 if x <= 3 else 1",
    kernel=("hard_swish(x)", "hard_swish_grad(x)"),
    kinks=("-3", "3"),
    doc="The input times its hard sigmoid: a Swish without exponentials, also called hard SiLU.",
    source="Howard et al. 2019, arXiv:1905.02244",
)

LOG_SIGMOID = Row(
    "log_sigmoid",
    "Log sigmoid",
    "smooth",
    f="-softplus(-x)",
    df="sigmoid(-x)",
    kernel=("log_sigmoid(x)", "log_sigmoid_grad(x)"),
    doc="The logarithm of the sigmoid, a log-probability; a softplus turned by half a turn.",
    source="the logarithm of the logistic function, as torch.nn.LogSigmoid",
)

MISH = Row(
    "mish",
    "Mish",
    "smooth",
    f="x * tanh(softplus(x))",
    df="tanh(softplus(x)) + x * sigmoid(x) * (1 - tanh(softplus(x)) ** 2)",
    kernel=("mish(x)", "mish_grad(x)"),
    where=(("u", "softplus(x)"),),
    doc="The input times the tanh of its softplus: smooth, not monotone, close to Swish.",
    source="Misra 2019, arXiv:1908.08681",
)

SOFTPLUS = Row(
    "softplus",
    "Softplus",
    "smooth",
    f="softplus(beta * x) / beta",
    df="sigmoid(beta * x)",
    kernel=("softplus_beta(x, beta)", "softplus_beta_grad(x, beta)"),
    params=(
        Param(
            "beta",
            1.0,
            POSITIVE,
            slider=(0.1, 10.0),
            doc="how sharp the bend is; large values approach ReLU",
            symbol=r"\beta",
        ),
    ),
    doc="A smooth ReLU: the logarithm of 1 + e^x, whose slope is the sigmoid.",
    source="Dugas, Bengio, Bélisle, Nadeau, Garcia 2001, Incorporating Second-Order Functional "
    "Knowledge for Better Option Pricing; beta as in torch.nn.Softplus",
)

SPARSE_PLUS = Row(
    "sparse_plus",
    "Sparse plus",
    "smooth",
    f="0 if x <= -1 else (x + 1) ** 2 / 4 if x < 1 else x",
    df="0 if x <= -1 else (x + 1) / 2 if x < 1 else 1",
    kernel=("sparse_plus(x)", "sparse_plus_grad(x)"),
    kinks=("-1", "1"),
    doc="A ReLU with a parabola for its corner; its slope is the sparse sigmoid.",
    source="Blondel, Martins, Niculae 2020, Learning with Fenchel-Young Losses, JMLR 21(35)",
)

SQUAREPLUS = Row(
    "squareplus",
    "Squareplus",
    "smooth",
    f="(x + sqrt(x ** 2 + b)) / 2",
    df="(1 + x / sqrt(x ** 2 + b)) / 2 if b > 0 else 0 if x <= 0 else 1",
    kernel=("squareplus(x, b)", "squareplus_grad(x, b)"),
    params=(
        Param(
            "b",
            4.0,
            NOT_NEGATIVE,
            slider=(0.0, 10.0),
            doc="how wide the bend is; 0 gives ReLU",
            symbol="b",
        ),
    ),
    kinks=("0",),
    where=(("s", "sqrt(x ** 2 + b)"),),
    doc="A softplus without exponentials: only a square root.",
    source="Barron 2021, arXiv:2112.11687",
)
