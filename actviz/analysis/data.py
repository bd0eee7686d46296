"""A person's own pre-activations: a bounded sample of a file, and what an activation makes of it.

Errors are those of a sample of independent numbers. Pre-activations of one batch and one unit hang
together, so that theirs are larger: what is stated is a lower bound for such data.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from actviz.analysis.curve import Curve
from actviz.analysis.data_files import READERS, Array, blocks
from actviz.analysis.saturation import EPSILON, saturation_of
from actviz.analysis.survey import Piece, survey

SUFFIXES = tuple(READERS)
SAMPLE = 200_000
"""As many numbers of a file are kept."""
LEVELS = (0.0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1.0)


@dataclass(frozen=True, slots=True)
class Omitted:
    """How many cells were left out: NaN or missing, infinite, text."""

    nan: int = 0
    infinite: int = 0
    text: int = 0

    @property
    def total(self) -> int:
        """Add them up."""
        return self.nan + self.infinite + self.text

    @property
    def words(self) -> str:
        """Name them, as in "3 NaN, 1 infinite"; empty where nothing was left out."""
        parts = ((self.nan, "NaN or missing"), (self.infinite, "infinite"), (self.text, "text"))
        return ", ".join(f"{count:,} {what}" for count, what in parts if count)


@dataclass(frozen=True, eq=False, slots=True)
class Data:
    """A sample of the finite numbers of a file.

    Parameters
    ----------
    values
        The sample, float64, ascending; all numbers of the file where there are few.
    count
        How many finite numbers were looked at, of which the sample was drawn without return.
    omitted
        What was left out among those looked at.
    seed
        Of the sample.
    name
        The file's name.
    rows
        How many cells the file has: of a huge array only those drawn were looked at.
    note
        What else is to be said: which columns were taken together, which were left out.
    """

    values: Array
    count: int
    omitted: Omitted
    seed: int
    name: str
    rows: int
    note: str = ""

    @property
    def mean(self) -> float:
        """The sample's mean."""
        with np.errstate(all="ignore"):
            return float(self.values.mean())

    @property
    def std(self) -> float:
        """The sample's standard deviation (divisor n)."""
        with np.errstate(all="ignore"):
            return float(self.values.std())

    @property
    def mean_error(self) -> float:
        """The standard error of the mean; NaN for a single number."""
        return _standard_error(self.values)

    @property
    def quantiles(self) -> tuple[float, ...]:
        """The sample's quantiles at `LEVELS`, linear between neighbours."""
        return tuple(np.quantile(self.values, LEVELS).tolist())

    @property
    def sentence(self) -> str:
        """Say what was read, drawn and left out."""
        n = self.values.size
        if n == self.count == self.rows - self.omitted.total:
            said = f"{self.name}: all {n:,} numbers"
        elif n == self.count:
            said = (
                f"{self.name}: {n:,} of {self.rows:,} numbers, drawn at random (seed {self.seed})"
            )
        else:
            said = (
                f"{self.name}: {n:,} of {self.count:,} numbers, drawn at random (seed {self.seed})"
            )
        left_out = f"; left out: {self.omitted.words}" if self.omitted.total else ""
        return said + left_out + (f"; {self.note}" if self.note else "")


def load(path: Path | str, *, seed: int = 0) -> Data:
    """Read a sample of a .npy, .csv or .parquet file; kept until the file changes.

    Raises
    ------
    ValueError
        Where it cannot be read, is of another kind, or holds no finite number.
    """
    path = Path(path)
    try:
        now = path.stat()
    except OSError as error:
        raise ValueError(f"{path}: it cannot be read: {error.strerror or error}") from None
    return _loaded(path, now.st_mtime_ns, now.st_size, seed)


@lru_cache(maxsize=4)
def _loaded(path: Path, _changed: int, _size: int, seed: int) -> Data:
    return next(found for _, found in loading(path, seed=seed) if found is not None)


def loading(path: Path, *, seed: int = 0) -> Iterator[tuple[float, Data | None]]:
    """Do the same a block at a time: how much is read, and with the last one what was found.

    May be left at any yield.
    """
    sample, places = _Sample(seed), _Places(seed)
    nan = infinite = text = rows = 0
    notes: list[str] = []
    for block in blocks(path, places.draw):
        finite = block.numbers[np.isfinite(block.numbers)]
        missing = int(np.isnan(block.numbers).sum())
        nan, text = nan + missing, text + block.text
        infinite += block.numbers.size - missing - finite.size
        rows = block.rows or rows + block.numbers.size + block.text
        notes += [block.note] if block.note else []
        sample.add(finite)
        yield min(block.done, 0.999), None
    omitted = Omitted(nan, infinite, text)
    if sample.count == 0:
        raise ValueError(
            f"{path}: there is no finite number in it ({omitted.words or 'it is empty'})"
        )
    values = sample.values()
    values.flags.writeable = False
    yield 1.0, Data(values, sample.count, omitted, seed, path.name, rows, "; ".join(notes))


@dataclass(frozen=True, slots=True)
class _Places:
    seed: int

    def draw(self, size: int) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
        random = np.random.Generator(np.random.PCG64(self.seed))
        return random.choice(size, SAMPLE, replace=False, shuffle=False)


class _Sample:
    """Keeps the numbers with the smallest of random keys: a sample, however blocks are cut."""

    def __init__(self, seed: int) -> None:
        self._random = np.random.Generator(np.random.PCG64(seed))
        self._keys = np.empty(0)
        self._values = np.empty(0)
        self._bound = math.inf
        self.count = 0

    def add(self, values: Array) -> None:
        self.count += values.size
        keys = self._random.random(values.size)
        near = keys < self._bound
        self._keys = np.concatenate([self._keys, keys[near]])
        self._values = np.concatenate([self._values, values[near]])
        if self._keys.size > 2 * SAMPLE:
            self._cut()

    def _cut(self) -> None:
        kept = np.argpartition(self._keys, SAMPLE - 1)[:SAMPLE]
        self._keys, self._values = self._keys[kept], self._values[kept]
        self._bound = float(self._keys.max())

    def values(self) -> Array:
        if self._keys.size > SAMPLE:
            self._cut()
        return np.sort(self._values)


# What an activation makes of it


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure of a sample and its standard error; NaN where it does not exist."""

    value: float
    error: float


@dataclass(frozen=True, slots=True)
class DataMoments:
    """What a curve makes of a sample.

    Parameters
    ----------
    mean, second, variance, slope_second
        E f, E f², Var f (divisor n) and E f′²; infinite or NaN where f is at some number.
    saturated
        The share in the outermost stretches of |f′| < ε on sides of class hard or soft.
    small_slope
        The share with |f′| < ε.
    dead
        The share in stretches on which f′ is exactly 0; at a kink the left one counts.
    not_finite
        At how many numbers f or f′ is infinite or not defined.
    """

    mean: Estimate
    second: Estimate
    variance: Estimate
    slope_second: Estimate
    saturated: Estimate
    small_slope: Estimate
    dead: Estimate
    not_finite: int


def data_moments(curve: Curve, data: Data, epsilon: float = 0.01) -> DataMoments:
    """Apply a curve to a sample; the errors are those of independent numbers.

    Raises
    ------
    ValueError
        For a bound that is not greater than 0.
    """
    EPSILON.check(epsilon, "data")
    x, pieces = data.values, survey(curve)
    saturation = saturation_of(curve, epsilon, pieces=pieces)
    with np.errstate(all="ignore"):
        f, df = curve.f(x), curve.df(x)
        flat = np.abs(df) < epsilon
        low, high = saturation.left_edge, saturation.right_edge
        left = flat & (x <= (-math.inf if low is None else low))
        right = flat & (x >= (math.inf if high is None else high))
        return DataMoments(
            mean=_averaged(f),
            second=_averaged(f**2),
            variance=_variance(f),
            slope_second=_averaged(df**2),
            saturated=_share(int((left | right).sum()), x.size),
            small_slope=_share(int(flat.sum()), x.size),
            dead=_share(_dead(pieces, x), x.size),
            not_finite=int((~(np.isfinite(f) & np.isfinite(df))).sum()),
        )


def _dead(pieces: tuple[Piece, ...], x: Array) -> int:
    """Count the numbers in flat stretches, each with its right end: f′ there is the left one."""
    flat = [(piece.low, piece.high) for piece in pieces if np.all(piece.df == 0.0)]
    return sum(int(((x > low) & (x <= high)).sum()) for low, high in flat)


def _averaged(values: Array) -> Estimate:
    return Estimate(float(values.mean()), _standard_error(values))


def _standard_error(values: Array) -> float:
    n = values.size
    with np.errstate(all="ignore"):
        return float(values.std(ddof=1) / math.sqrt(n)) if n > 1 else math.nan


def _variance(values: Array) -> Estimate:
    """Give Var with its error √((m₄ − m₂²)/n), for any distribution with a fourth moment."""
    squares = (values - values.mean()) ** 2
    return Estimate(float(squares.mean()), _standard_error(squares))


def _share(hits: int, n: int) -> Estimate:
    """Give a share with the spread that its value has after the sample, before it any: never 0.

    That of the beta distribution with hits + 1 and misses + 1.
    """
    p = (hits + 1) / (n + 2)
    return Estimate(hits / n, math.sqrt(p * (1 - p) / (n + 3)))
