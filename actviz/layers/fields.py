"""The fields that layer types share: Keras's constructor arguments, each said once."""

from __future__ import annotations

from actviz.layers.row import IN_RNN
from actviz.layers.words import LARGEST_SEED, constraints, initializers, regularizers
from actviz.param import Choice, Flag, Integer, Param, Real, Sizes, Text

MATRIX = 2
VECTOR = 1

_DTYPES = ("float32", "float16", "bfloat16", "float64", "mixed_float16", "mixed_bfloat16")

# A fraction of exactly 1 would drop everything; Keras takes it, and so do we.
_FRACTION = Real(low=0.0, high=1.0)

DTYPE = Param(
    "dtype",
    "float32",
    domain=Choice(_DTYPES),
    doc="The number format; a mixed one computes in 16 bits and keeps its weights in 32",
)
BASE = (
    Param(
        "name",
        None,
        domain=Text(forbidden="/", optional=True),
        doc="The layer's name in its model; none lets Keras number it",
    ),
    Param("trainable", True, domain=Flag(), doc="Whether training changes the weights"),
    DTYPE,
)
UNITS = Param("units", 32, domain=Integer(low=1), doc="How many outputs the layer has")
FILTERS = Param("filters", 32, domain=Integer(low=1), doc="How many output channels there are")
DEPTH_MULTIPLIER = Param(
    "depth_multiplier",
    1,
    domain=Integer(low=1),
    doc="How many depthwise outputs each input channel gets",
)
PADDING = Param(
    "padding",
    "valid",
    domain=Choice(("valid", "same")),
    doc="valid: only whole windows; same: the edges are filled up with zeros",
)
CAUSAL_PADDING = Param(
    "padding",
    "valid",
    domain=Choice(("valid", "same", "causal")),
    doc="valid: only whole windows; same: zeros at the edges; causal: no look into the future",
)
DATA_FORMAT = Param(
    "data_format",
    "channels_last",
    domain=Choice(("channels_last", "channels_first")),
    doc="Whether the channels are the last axis or the first after the batch",
)
GROUPS_FIELD = Param(
    "groups",
    1,
    domain=Integer(low=1),
    doc="Into how many separate convolutions the channels are split",
)
USE_BIAS = Param("use_bias", True, domain=Flag(), doc="Whether a bias is added")
ACTIVITY_REGULARIZER = Param(
    "activity_regularizer",
    None,
    domain=regularizers(None),
    doc="The penalty on the layer's output",
)
LORA = (
    Param(
        "lora_rank",
        None,
        domain=Integer(low=1, optional=True),
        doc="The rank of a low-rank adaptation that is trained in the kernel's place",
    ),
    Param(
        "lora_alpha",
        None,
        domain=Integer(low=1, optional=True),
        doc="The adaptation is scaled by lora_alpha / lora_rank; none is lora_rank",
    ),
)
RNN_FLAGS = (
    Param(
        "return_sequences",
        False,
        domain=Flag(),
        doc="Whether every time step's output is given, or the last one only",
    ),
    Param("return_state", False, domain=Flag(), doc="Whether the last state is given too"),
    Param("go_backwards", False, domain=Flag(), doc="Whether time runs backwards"),
    Param(
        "stateful",
        False,
        domain=Flag(),
        doc="Whether the next batch goes on from the last state of this one",
    ),
    Param("unroll", False, domain=Flag(), doc="Whether the loop over time is unrolled"),
    Param(
        "zero_output_for_mask",
        False,
        domain=Flag(),
        doc="Whether a masked step gives zeros or repeats the step before it",
    ),
)
IN_RNN_FIELD = Param(
    IN_RNN,
    False,
    domain=Flag(),
    doc="Whether the cell runs along time in an RNN layer, or stands alone",
)
RNN_FIELDS = (
    IN_RNN_FIELD,
    Param(
        "rnn_name",
        None,
        domain=Text(forbidden="/", optional=True),
        doc="The name of the RNN layer around the cell; none lets Keras number it",
    ),
    *RNN_FLAGS,
    ACTIVITY_REGULARIZER,
)
"""What stands around a cell in an RNN layer; number format and trainable are the cell's."""
DROPOUT = (
    Param(
        "dropout", 0.0, domain=_FRACTION, slider=(0.0, 1.0), doc="The fraction of inputs dropped"
    ),
    Param(
        "recurrent_dropout",
        0.0,
        domain=_FRACTION,
        slider=(0.0, 1.0),
        doc="The fraction of the recurrent state dropped",
    ),
)
SEED = Param(
    "seed",
    None,
    domain=Integer(low=0, high=LARGEST_SEED, optional=True),
    doc="Where dropout's random numbers start; none draws a new start each time",
)
RESET_AFTER = Param(
    "reset_after",
    True,
    domain=Flag(),
    doc="Whether the reset gate acts after the recurrent product (as on GPUs) or before it",
)
UNIT_FORGET_BIAS = Param(
    "unit_forget_bias", True, domain=Flag(), doc="Whether the forget gate's bias starts at one"
)


def input_shape(rank: int) -> tuple[int, ...]:
    """Give an input with `rank` axes of space, channels last, that every default fits."""
    return (16,) * rank + (8,)


def kernel_size(rank: int) -> Param:
    """Make the field of the window's extent along each of `rank` axes."""
    doc = "The window's extent along each axis"
    return Param("kernel_size", (3,) * rank, domain=Sizes(rank), doc=doc)


def strides(rank: int) -> Param:
    """Make the field of the window's step along each of `rank` axes."""
    return Param(
        "strides", (1,) * rank, domain=Sizes(rank), doc="The window's step along each axis"
    )


def dilation_rate(rank: int) -> Param:
    """Make the field of the spacing of the window's elements along each of `rank` axes."""
    doc = "The spacing of the window's elements along each axis"
    return Param("dilation_rate", (1,) * rank, domain=Sizes(rank), doc=doc)


def output_padding(rank: int) -> Param:
    """Make the field of what a transposed convolution adds at the end of each axis."""
    doc = "What is added at the end of each axis; none lets Keras choose the length"
    return Param("output_padding", None, domain=Sizes(rank, low=0, optional=True), doc=doc)


def initializer(weight: str, default: str, axes: int) -> Param:
    """Make the field of how a weight of so many axes starts."""
    doc = f"How the {_spoken(weight)} starts"
    return Param(f"{weight}_initializer", default, domain=initializers(axes), doc=doc)


def regularizer(weight: str, axes: int) -> Param:
    """Make the field of the penalty on a weight of so many axes."""
    doc = f"The penalty on the {_spoken(weight)}"
    return Param(f"{weight}_regularizer", None, domain=regularizers(axes), doc=doc)


def constraint(weight: str, axes: int) -> Param:
    """Make the field of what a weight is forced to be after each step of training."""
    doc = f"What the {_spoken(weight)} is forced to be after each step of training"
    return Param(f"{weight}_constraint", None, domain=constraints(axes), doc=doc)


def _spoken(weight: str) -> str:
    return "bias" if weight == "bias" else f"{weight} kernel".replace("kernel kernel", "kernel")


def weights(
    axes: int, *kernels: str, activity: bool = True, forget: bool = False, bias_axes: int = VECTOR
) -> tuple[Param, ...]:
    """List initializers, regularizers and constraints of kernels and bias, in Keras's order.

    `kernels` have `axes` axes; `activity` puts the activity regularizer where Keras writes it,
    `forget` the flag of the forget gate's bias.
    """
    starts = [
        initializer(name, "orthogonal" if name == "recurrent" else "glorot_uniform", axes)
        for name in kernels
    ]
    return (
        *starts,
        initializer("bias", "zeros", bias_axes),
        *((UNIT_FORGET_BIAS,) if forget else ()),
        *(regularizer(name, axes) for name in kernels),
        regularizer("bias", bias_axes),
        *((ACTIVITY_REGULARIZER,) if activity else ()),
        *(constraint(name, axes) for name in kernels),
        constraint("bias", bias_axes),
    )
