"""Random layers made by stock Keras itself, from its own constructors: nothing of ours is in them.

It runs beside Keras 3 and, in the process of Keras 2, beside that one. What may be given follows
from the constructor's signature, as the names of its arguments mean in Keras's documentation.
"""

from __future__ import annotations

import inspect
import random
from collections.abc import Callable
from typing import Any

FEED_FORWARD = (
    *("Dense", "Conv1D", "Conv1DTranspose", "Conv2D", "Conv2DTranspose", "Conv3D"),
    *("Conv3DTranspose", "DepthwiseConv2D", "SeparableConv1D", "SeparableConv2D"),
)
RECURRENT = ("SimpleRNN", "GRU", "LSTM", "SimpleRNNCell", "GRUCell", "LSTMCell")
CONV_CELLS = ("ConvLSTM1DCell", "ConvLSTM2DCell", "ConvLSTM3DCell")
CLASSES = (*FEED_FORWARD, *RECURRENT, *CONV_CELLS)

COMMON = ("elu", "exponential", "gelu", "hard_sigmoid", "linear", "relu", "selu", "sigmoid")
COMMON += ("softmax", "softplus", "softsign", "tanh", "swish", "mish", "relu6")
NEWER = ("celu", "hard_shrink", "hard_silu", "hard_tanh", "leaky_relu", "log_sigmoid")
NEWER += ("soft_shrink", "sparse_plus", "sparse_sigmoid", "squareplus", "tanh_shrink", "silu")
FLAGS = ("use_bias", "return_sequences", "return_state", "go_backwards", "stateful", "unroll")
FLAGS += ("zero_output_for_mask", "unit_forget_bias", "reset_after", "trainable")
DTYPES = ("float32", "float16", "bfloat16", "float64", "mixed_float16", "mixed_bfloat16")


class Stock:
    """A source of random layers of one Keras.

    Parameters
    ----------
    keras
        The module: keras, or tf_keras.
    seed
        The same seed and class give the same layer, up to the number in its name.
    """

    def __init__(self, keras: Any, seed: object) -> None:
        self.keras = keras
        self.newer = not str(keras.__version__).startswith("2.")
        self.draw = random.Random(str(seed))

    def layer(self, name: str) -> Any:
        """Make a layer of a class; drawn again where the constructor refuses."""
        while True:
            try:
                return self._drawn(name)
            except (ValueError, TypeError):
                continue

    def _drawn(self, name: str) -> Any:
        made, rank = self._class(name), next((int(each) for each in name if each.isdigit()), 0)
        given: dict[str, Any] = {}
        if name in CONV_CELLS:
            given["rank"] = rank
        dtype = given["dtype"] = self._one("float32", "float32", *DTYPES)
        for key in self._arguments(made):
            value = self._value(key, rank, dtype)
            if value is not _LEFT_OUT and (key in _NEEDED or self.draw.random() < 0.7):
                given[key] = value
        return made(**given)

    def _class(self, name: str) -> Any:
        if name in CONV_CELLS:
            from keras.src.layers.rnn.conv_lstm import ConvLSTMCell

            return ConvLSTMCell
        return getattr(self.keras.layers, name)

    def _arguments(self, made: Any) -> list[str]:
        """List what a constructor takes; Keras 2's convolutions hide a few behind **kwargs."""
        return [
            key
            for key in (*inspect.signature(made.__init__).parameters, "name", "trainable")
            if key not in ("self", "kwargs", "args", "rank", "dtype", "autocast")
        ]

    def _one(self, *options: Any) -> Any:
        return self.draw.choice(options)

    def _number(self, low: float, high: float) -> float:
        """Draw a number that takes all digits, or a round one."""
        return self._one(self.draw.uniform(low, high), round(self.draw.uniform(low, high), 1))

    def _value(self, key: str, rank: int, dtype: str) -> Any:
        kind = key.rpartition("_")[2]
        if kind in _KINDS:
            # what needs a matrix fails on a window's weights: it is tried, but seldom
            flat = key.startswith(("bias", "activity")) or (rank and self.draw.random() < 0.9)
            return _KINDS[kind](self, bool(flat))
        if key in ("activation", "recurrent_activation"):
            return self._activation(dtype)
        if key in FLAGS:
            return self._one(True, False)
        if key in _SIZES:
            return self._size(_SIZES[key], rank)
        return _SINGLE[key](self) if key in _SINGLE else _LEFT_OUT

    def _size(self, options: tuple[int, ...], rank: int) -> Any:
        """Draw a number for all axes, or one for each."""
        return self._one(self._one(*options), [self._one(*options) for _ in range(rank)])

    def _activation(self, dtype: str) -> Any:
        """A word, a function, or a layer with numbers of its own in the layer's dtype."""
        words = (*COMMON, *NEWER) if self.newer else COMMON
        word = self._one(*words)
        if self.draw.random() < 0.5:
            return self._one(word, getattr(self.keras.activations, word, word))
        # Keras 2 writes an Activation layer there, and does not load it itself
        layers = _LAYERS if self.newer else _LAYERS[:-1]
        return self._one(*layers)(self, self.keras.layers, {"dtype": dtype})

    def _elu(self, layers: Any, given: dict[str, Any]) -> Any:
        return layers.ELU(self._number(-1, 3), **given)

    def _leaky(self, layers: Any, given: dict[str, Any]) -> Any:
        return layers.LeakyReLU(self._number(0, 1), **given)

    def _relu(self, layers: Any, given: dict[str, Any]) -> Any:
        limit = self._one(None, self._number(0, 7))
        return layers.ReLU(limit, self._number(0, 1), self._one(0.0, self._number(0, 2)), **given)

    def _softmax(self, layers: Any, given: dict[str, Any]) -> Any:
        return layers.Softmax(self._one(-1, 1), **given)

    def _wrapped(self, layers: Any, given: dict[str, Any]) -> Any:
        return layers.Activation(self._one(*COMMON), **given)

    def _initializer(self, vector: bool) -> Any:
        made, seed = self.keras.initializers, self._one(None, self.draw.randint(0, 2**31 - 1))
        mean, deviation = self._number(-1, 1), self._number(0.01, 1)
        shaped = () if vector else (made.Orthogonal(self._number(0.5, 2), seed=seed), "identity")
        return self._one(
            *("glorot_uniform", "he_normal", "lecun_uniform", "zeros", "ones", *shaped),
            *(each(seed=seed) for each in (made.HeUniform, made.GlorotNormal, made.LecunNormal)),
            made.Constant(self._number(-2, 2)),
            made.RandomNormal(mean, deviation, seed=seed),
            made.TruncatedNormal(mean, deviation, seed=seed),
            made.RandomUniform(mean - deviation, mean, seed=seed),
            made.VarianceScaling(
                self._number(0.1, 3),
                self._one("fan_in", "fan_out", "fan_avg"),
                self._one("truncated_normal", "untruncated_normal", "uniform"),
                seed=seed,
            ),
        )

    def _regularizer(self, vector: bool) -> Any:
        made = self.keras.regularizers
        one, two = self._number(0, 0.1), self._number(0, 0.1)
        shaped = () if vector else (made.OrthogonalRegularizer(one, self._one("rows", "columns")),)
        return self._one(None, "l2", made.L1(one), made.L2(two), made.L1L2(one, two), *shaped)

    def _constraint(self, vector: bool) -> Any:
        made, axis = self.keras.constraints, 0 if vector else self._one(0, 1, [0, 1])
        low = self._number(0, 1)
        return self._one(
            *(None, "non_neg", made.MaxNorm(self._number(0.1, 4), axis), made.UnitNorm(axis)),
            made.MinMaxNorm(low, low + 1, self._number(0.1, 1), axis),
        )


_LEFT_OUT = object()
_NEEDED = ("units", "filters", "kernel_size")
_SIZES = {
    "kernel_size": (1, 2, 3),
    "strides": (1, 1, 2),
    "dilation_rate": (1, 1, 2),
    "output_padding": (1, 1, 2),
}
_LAYERS = (Stock._elu, Stock._leaky, Stock._relu, Stock._softmax, Stock._wrapped)
_KINDS: dict[str, Callable[[Stock, bool], Any]] = {
    "initializer": Stock._initializer,
    "regularizer": Stock._regularizer,
    "constraint": Stock._constraint,
}
_SINGLE: dict[str, Callable[[Stock], Any]] = {
    "units": lambda self: self.draw.randint(1, 9),
    "filters": lambda self: self.draw.randint(1, 9),
    "depth_multiplier": lambda self: self.draw.randint(1, 3),
    "groups": lambda self: self._one(1, 2, 3),
    "padding": lambda self: self._one("valid", "same", "SAME", "causal"),
    "data_format": lambda self: self._one("channels_last", "channels_first"),
    "dropout": lambda self: self._number(0, 1),
    "recurrent_dropout": lambda self: self._number(0, 1),
    "seed": lambda self: self.draw.randint(0, 2**31 - 1),
    "name": lambda self: self._one("first", "a.b-c_d", "Höhe 2"),
    "lora_rank": lambda self: self._one(None, None, self.draw.randint(1, 4)),
    "lora_alpha": lambda self: self.draw.randint(1, 4),
    "use_cudnn": lambda self: self._one("auto", False),
    "implementation": lambda self: self._one(1, 2),
}
