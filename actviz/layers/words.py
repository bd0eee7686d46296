"""The initializers, regularizers and constraints of Keras, with their arguments."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass

from actviz.layers.named import Named, Word, named
from actviz.param import Choice, Integer, Param, Real, Value, refuse

_MATRIX = 2
LARGEST_SEED = 2**32 - 1
_LARGEST_SINGLE = 3.4e38
_MOST_DIGITS = 9
_AXIS = re.compile(r"[+-]?\d{1,3}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Single:
    """A number from 0 that some versions of Keras hold as float32 and write out as float64.

    Such a number stands for the shortest decimal that gives it; any other is kept as it is.
    """

    def check(self, value: object, where: str) -> Value:
        """Return the number, or the shortest decimal for one that is a float32."""
        number = Real(low=0.0, high=_LARGEST_SINGLE).check(value, where)
        assert isinstance(number, float)
        kept = struct.pack("f", number)
        if struct.unpack("f", kept)[0] != number:
            return number
        decimals = (float(f"{number:.{digits}g}") for digits in range(1, _MOST_DIGITS + 1))
        return next(shorter for shorter in decimals if struct.pack("f", shorter) == kept)

    def parse(self, text: str, where: str) -> Value:
        """Read a decimal number or a fraction."""
        return self.check(Real(low=0.0, high=_LARGEST_SINGLE).parse(text, where), where)

    def describe(self) -> str:
        """Say which numbers are allowed."""
        return "a finite number of at least 0"


@dataclass(frozen=True, slots=True)
class Axes:
    """One axis of a weight with `rank` axes, or several different ones."""

    rank: int

    def check(self, value: object, where: str) -> Value:
        """Return an int, or a tuple of at least two."""
        items = value if isinstance(value, (tuple, list)) else (value,)
        within = Integer(low=-self.rank, high=self.rank - 1)
        try:
            axes = [within.check(item, where) for item in items]
        except ValueError:
            raise refuse(where, value, self.describe()) from None
        numbers = [axis for axis in axes if isinstance(axis, int)]
        if not numbers or len({axis % self.rank for axis in numbers}) < len(numbers):
            raise refuse(where, value, self.describe())
        return numbers[0] if len(numbers) == 1 else tuple(numbers)

    def parse(self, text: str, where: str) -> Value:
        """Read "0" or "[0, 1]"."""
        bare = text.strip().replace("−", "-")
        parts = [part.strip() for part in bare.removeprefix("[").removesuffix("]").split(",")]
        several = bare.startswith("[") and bare.endswith("]")
        if (not several and len(parts) > 1) or not all(map(_AXIS.fullmatch, parts)):
            raise refuse(where, text, self.describe())
        axes = [int(part) for part in parts]
        return self.check(axes if several else axes[0], where)

    def describe(self) -> str:
        """Say which axes there are."""
        words = f"an axis from {-self.rank} to {self.rank - 1}"
        return words if self.rank == 1 else f"{words}, or different ones as in [0, 1]"


_SEED = Param(
    "seed",
    None,
    domain=Integer(low=0, high=LARGEST_SEED, optional=True),
    doc="Where its random numbers start; none draws a new start each time",
)
_AROUND = (
    Param("mean", 0.0, doc="The middle of the weights"),
    Param("stddev", 0.05, domain=Real(low=0.0), doc="How far the weights spread"),
    _SEED,
)
_FAN_WORDS = ("glorot", "he", "lecun")
_ANY_RANK = (
    *(Word(f"{name}_{kind}", (_SEED,)) for name in _FAN_WORDS for kind in ("uniform", "normal")),
    Word(
        "random_uniform",
        (
            Param("minval", -0.05, doc="The least weight"),
            Param("maxval", 0.05, doc="The largest weight"),
            _SEED,
        ),
        ordered=("minval", "maxval"),
    ),
    Word("random_normal", _AROUND),
    Word("truncated_normal", _AROUND),
    Word(
        "variance_scaling",
        (
            Param("scale", 1.0, domain=Real(low=0.0, low_open=True), doc="The variance times fan"),
            Param(
                "mode",
                "fan_in",
                domain=Choice(("fan_in", "fan_out", "fan_avg")),
                doc="Which fan divides the variance",
            ),
            Param(
                "distribution",
                "truncated_normal",
                domain=Choice(("truncated_normal", "untruncated_normal", "uniform")),
                doc="From what the weights are drawn",
            ),
            _SEED,
        ),
    ),
    Word("constant", (Param("value", 0.0, doc="Every weight"),)),
    Word("zeros"),
    Word("ones"),
)
_GAIN = Param("gain", 1.0, doc="By what the matrix is multiplied")
_ORTHOGONAL = Word("orthogonal", (_GAIN, _SEED))
_IDENTITY = Word("identity", (_GAIN,))


def _factor(name: str, default: float, doc: str) -> Param:
    return Param(name, default, domain=Single(), doc=doc)


_ABSOLUTE, _SQUARE = "The factor of the sum of |w|", "The factor of the sum of w²"
_REGULARIZERS = (
    Word("l1", (_factor("l1", 0.01, _ABSOLUTE),)),
    Word("l2", (_factor("l2", 0.01, _SQUARE),)),
    Word("l1l2", (_factor("l1", 0.0, _ABSOLUTE), _factor("l2", 0.0, _SQUARE))),
)
_ORTHOGONAL_REGULARIZER = Word(
    "orthogonal_regularizer",
    (
        _factor("factor", 0.01, "The factor of the penalty"),
        Param(
            "mode",
            "rows",
            domain=Choice(("rows", "columns")),
            doc="What is pushed to be orthogonal",
        ),
    ),
)


def initializers(axes: int) -> Named:
    """Say how a weight of so many axes may start: only a matrix can be the identity.

    Keras takes both words for any weight and fails when the layer is built.
    """
    square = (_ORTHOGONAL,) if axes >= _MATRIX else ()
    return named((*_ANY_RANK, *square, *((_IDENTITY,) if axes == _MATRIX else ())))


def regularizers(axes: int | None) -> Named:
    """List the penalties on a weight; None is the output. Only a matrix can be kept orthogonal."""
    extra = (_ORTHOGONAL_REGULARIZER,) if axes == _MATRIX else ()
    return named((*_REGULARIZERS, *extra), optional=True)


def constraints(axes: int) -> Named:
    """List what a weight of so many axes may be forced to be."""
    axis = Param("axis", 0, domain=Axes(axes), doc="Along which axes the norm is taken")
    bound = Real(low=0.0)
    return named(
        (
            Word(
                "max_norm",
                (Param("max_value", 2.0, domain=bound, doc="The largest norm"), axis),
            ),
            Word(
                "min_max_norm",
                (
                    Param("min_value", 0.0, domain=bound, doc="The least norm"),
                    Param("max_value", 1.0, domain=bound, doc="The largest norm"),
                    Param(
                        "rate",
                        1.0,
                        domain=Real(low=0.0, high=1.0),
                        doc="How much of the way to the bounds a step of training goes",
                    ),
                    axis,
                ),
                ordered=("min_value", "max_value"),
            ),
            Word("non_neg"),
            Word("unit_norm", (axis,)),
        ),
        optional=True,
    )
