"""The catalogue of lenses: what each is called and which settings it has.

A setting's name means the same in every lens that has it (the same `Param`), so a threshold set
under one lens holds under the next.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from actviz.analysis.network import NETWORKS
from actviz.analysis.network import PARAMS as NETWORK
from actviz.analysis.recurrent_drive import AMPLITUDE, INPUT, PERIOD, STEPS_PARAM, WEIGHTS_SEED
from actviz.param import (
    POSITIVE,
    Choice,
    Flag,
    Integer,
    Param,
    Real,
    Text,
    Value,
    Vector,
    complete,
    refuse,
)

EPSILON = Param(
    "epsilon",
    0.01,
    domain=Real(low=0.0, high=1.0, low_open=True),
    slider=(0.001, 0.5),
    doc="Slopes smaller than this count as flat: |f′| < ε, an absolute bound",
    symbol=r"\varepsilon",
)
SHOW_SATURATION = Param(
    "show_saturation", True, domain=Flag(), doc="Shade the sides on which the curve saturates"
)
MEAN = Param(
    "mean",
    0.0,
    domain=Real(low=-1e6, high=1e6),
    slider=(-3.0, 3.0),
    doc="The mean of the Gaussian input",
    symbol=r"\mu",
)
STD = Param(
    "std",
    1.0,
    domain=Real(low=1e-6, high=1e6),
    slider=(0.05, 5.0),
    doc="The standard deviation of the Gaussian input",
    symbol=r"\sigma",
)

DATA = Param(
    "data",
    None,
    domain=Text(longest=1000, optional=True),
    doc="A file of your own pre-activations (.npy, .csv, .parquet) in the place of the Gaussian",
)
STATE_STD = Param(
    "state_std",
    0.0,
    domain=Real(low=0.0, high=1e6),
    slider=(0.0, 2.0),
    doc="The standard deviation of a recurrent layer's state before this step",
)
LOGITS = Param(
    "logits",
    (1.0, 2.0, 3.0),
    domain=Vector(longest=32),
    doc="The numbers that softmax turns into probabilities, row by row where they make a table",
)
TEMPERATURE = Param(
    "temperature",
    1.0,
    domain=POSITIVE,
    slider=(0.1, 10.0),
    doc="Logits are divided by it: a small one sharpens, a large one makes all alike",
    symbol="T",
)
TABLE_ROWS = Param(
    "table_rows", 1, domain=Integer(low=1, high=8), doc="How many rows the logits make"
)
AXIS = Param(
    "axis",
    "rows",
    domain=Choice(("rows", "columns")),
    doc="rows: each row of the table sums to 1, axis −1; columns: each column, axis 0",
)
VECTOR = Param(
    "vector",
    1,
    domain=Integer(low=1, high=32),
    doc="Which row, or which column, the Jacobian and the numbers are of; a click chooses it",
)
NUMBER_FORMAT = Param(
    "number_format",
    "float16",
    domain=Choice(("float16", "bfloat16", "float32")),
    doc="The format in which f and f′ are computed",
)
USUAL_WAY = Param(
    "usual_way",
    "autograd",
    domain=Choice(("autograd", "textbook")),
    doc="What is compared with: f′ as autograd computes it of f, or the textbook formula of f′, "
    "each step rounded",
)
REACH = Param(
    "reach",
    None,
    domain=Real(low=0.0, low_open=True, optional=True),
    slider=(1.0, 150.0),
    doc="How far the picture goes to both sides; none: as far as something is lost",
)
OMEGA = Param(
    "omega",
    0.0,
    domain=Real(low=-1e6, high=1e6),
    slider=(-1.0, 1.0),
    doc="The sum of a unit's weights",
    symbol=r"\omega",
)
TAU = Param(
    "tau",
    1.0,
    domain=Real(low=0.0, high=1e6, low_open=True),
    slider=(0.5, 3.0),
    doc="The sum of the squares of a unit's weights",
    symbol=r"\tau",
)
START_MEAN = Param(
    "start_mean",
    -0.5,
    domain=Real(low=-100.0, high=100.0),
    slider=(-1.0, 1.0),
    doc="The mean of the first layer's inputs; a click in the map sets it",
)
START_VARIANCE = Param(
    "start_variance",
    2.0,
    domain=Real(low=0.0, high=100.0, low_open=True),
    slider=(0.05, 3.0),
    doc="The variance of the first layer's inputs; a click in the map sets it",
)
LAYERS = Param(
    "layers",
    30,
    domain=Integer(low=1, high=200),
    doc="Through how many layers mean and variance are followed",
)
GROUP = Param(
    "group",
    "Functions",
    domain=Choice(
        (
            "Functions",
            "SELU",
            "Gains",
            "Saturation",
            "Precision",
            "Softmax",
            "Layers",
            "Depth",
            "Time",
        )
    ),
    doc="Which published numbers are listed",
)
FIRST_LINE = Param(
    "first_line", 1, domain=Integer(low=1, high=99), doc="From which of the group's lines on"
)


@dataclass(frozen=True, slots=True)
class Lens:
    """A way to look at an activation: its name in files, its title, its settings, a sentence."""

    name: str
    title: str
    params: tuple[Param, ...]
    doc: str


CURVE = Lens(
    "curve",
    "Curve",
    (EPSILON, SHOW_SATURATION),
    "f and f′ over one x axis, with kinks, readings and the saturated sides",
)
SATURATION = Lens(
    "saturation",
    "Saturation",
    (EPSILON, MEAN, STD),
    "Where f saturates, how (hard or soft), and how much of the input lands there",
)
LAYER = Lens(
    "layer",
    "Layer",
    (MEAN, STD, STATE_STD, EPSILON),
    "The variance that one output unit truly gets, from true and from believed fan-in",
)
TIME = Lens(
    "time",
    "Time",
    (INPUT, STEPS_PARAM, AMPLITUDE, PERIOD, WEIGHTS_SEED),
    "States and gates of recurrent layers, and what of a gradient comes back, path by path",
)
SOFTMAX = Lens(
    "softmax",
    "Softmax",
    (LOGITS, TEMPERATURE, TABLE_ROWS, AXIS, VECTOR),
    "Softmax of logits that can be dragged: Jacobian, entropy, log-odds, the floor of a double one",
)
PRECISION = Lens(
    "precision",
    "Precision",
    (NUMBER_FORMAT, USUAL_WAY, REACH),
    "f and f′ in float16, bfloat16 and float32 against the truth, and what usual ways lose",
)
FLOW = Lens(
    "flow",
    "SELU flow",
    (OMEGA, TAU, START_MEAN, START_VARIANCE, LAYERS),
    "What a layer does to mean and variance, the fixed point, and an orbit from where one clicks",
)
VERIFY = Lens(
    "verify",
    "Verify",
    (GROUP, FIRST_LINE),
    "Published numbers, recomputed: ours, theirs, the source, pass or fail",
)
SIGNAL = Lens(
    "signal",
    "Signal",
    (MEAN, STD, DATA),
    "What f makes of its input's distribution: density, moments, and the gains by every convention",
)
DEPTH = Lens(
    "depth",
    "Depth",
    (*(each for each in NETWORK if each.name != "dtype"), NETWORKS),
    "Signal and gradient through many layers: the mean field, and networks of finite width",
)
MAP_OF = Param(
    "map_of",
    "chi_1",
    domain=Choice(("chi_1", "xi")),
    doc="chi_1: gradients' factor per layer; xi: how many layers they reach",
)
EDGE = Lens(
    "edge",
    "Edge of chaos",
    (*(each for each in NETWORK if each.name in ("initializer", "sigma_w", "sigma_b")), MAP_OF),
    "Where in σw × σb networks forget, amplify, or do neither: a map to click into",
)
LENSES: tuple[Lens, ...] = (
    CURVE,
    SATURATION,
    SIGNAL,
    LAYER,
    DEPTH,
    EDGE,
    TIME,
    SOFTMAX,
    PRECISION,
    FLOW,
    VERIFY,
)
"""All lenses, in the order of their tabs."""

_BY_NAME = {lens.name: lens for lens in LENSES}
SETTINGS: Mapping[str, Param] = {param.name: param for lens in LENSES for param in lens.params}
"""Every setting of any lens, by name."""


def complete_settings(settings: Mapping[str, object]) -> dict[str, Value]:
    """Check the settings of lenses, and fill in the defaults of all that are not there.

    Raises
    ------
    ValueError
        For a value outside its domain.
    """
    return complete(tuple(SETTINGS.values()), settings, "lens")


def lens(name: str) -> Lens:
    """Find a lens by its name; raises a ValueError that lists the names."""
    if name not in _BY_NAME:
        raise refuse("lens", name, ", ".join(_BY_NAME))
    return _BY_NAME[name]
