"""A person's own pre-activations: a bounded sample of a file."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from actviz.analysis.data_files import READERS, Array, Block, blocks

SUFFIXES = tuple(READERS)
SAMPLE = 200_000
"""As many numbers of a file are kept."""
_GROWTH = 4
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
        return standard_error(self.values)

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


_LOADED: dict[tuple[Path, int, int, int], Data] = {}
_MOST_LOADED = 4


def load(path: Path | str, *, seed: int = 0) -> Data:
    """Read a sample of a .npy, .csv or .parquet file; it is kept until the file changes.

    Raises
    ------
    ValueError
        Where it cannot be read, is of another kind, or holds no finite number.
    """
    *_, (_, data) = loading(path, seed=seed)
    return data


def loading(path: Path | str, *, seed: int = 0) -> Iterator[tuple[float, Data]]:
    """Do the same a block at a time: how much is read, and a sample of what was read.

    The sample is drawn anew now and then, with the last block of all; may be left at any yield.
    """
    path = Path(path)
    key = _key(path, seed)
    if key not in _LOADED:
        for done, data in _reading(path, seed):
            if done == 1.0:
                _keep(key, data)
            yield done, data
        return
    yield 1.0, _LOADED[key]


def is_loaded(path: Path | str, *, seed: int = 0) -> bool:
    """Tell whether a file was read to its end, and has not changed since."""
    try:
        return _key(Path(path), seed) in _LOADED
    except ValueError:
        return False


def _key(path: Path, seed: int) -> tuple[Path, int, int, int]:
    try:
        now = path.stat()
    except OSError as error:
        raise ValueError(f"{path}: it cannot be read: {error.strerror or error}") from None
    return path, now.st_mtime_ns, now.st_size, seed


def _keep(key: tuple[Path, int, int, int], data: Data) -> None:
    while len(_LOADED) >= _MOST_LOADED:
        del _LOADED[next(iter(_LOADED))]
    _LOADED[key] = data


def _reading(path: Path, seed: int) -> Iterator[tuple[float, Data]]:
    sample, found = _Sample(path.name, seed), None
    for block in blocks(path, _Places(seed).draw):
        sample.take(block)
        if sample.count and (found is None or sample.count >= _GROWTH * found.count):
            found = sample.data("read so far")
        if found is not None:
            yield min(block.done, 0.999), found
    if sample.count == 0:
        words = sample.omitted.words or "it is empty"
        raise ValueError(f"{path}: there is no finite number in it ({words})")
    yield 1.0, sample.data()


@dataclass(frozen=True, slots=True)
class _Places:
    seed: int

    def draw(self, size: int) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
        random = np.random.Generator(np.random.PCG64(self.seed))
        return random.choice(size, SAMPLE, replace=False, shuffle=False)


class _Sample:
    """Keeps the numbers with the smallest of random keys: a sample, however blocks are cut."""

    def __init__(self, name: str, seed: int) -> None:
        self._name, self._seed = name, seed
        self._random = np.random.Generator(np.random.PCG64(seed))
        self._keys, self._values, self._bound = np.empty(0), np.empty(0), math.inf
        self._notes: list[str] = []
        self.count = self.rows = 0
        self.omitted = Omitted()

    def take(self, block: Block) -> None:
        """Take what is finite, and count the rest."""
        finite = block.numbers[np.isfinite(block.numbers)]
        nan, before = int(np.isnan(block.numbers).sum()), self.omitted
        infinite = block.numbers.size - nan - finite.size
        self.omitted = Omitted(
            before.nan + nan, before.infinite + infinite, before.text + block.text
        )
        self.rows = block.rows or self.rows + block.numbers.size + block.text
        self._notes += [block.note] if block.note else []
        self._add(finite)

    def _add(self, values: Array) -> None:
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

    def data(self, *more: str) -> Data:
        """Give the sample of what was taken by now."""
        if self._keys.size > SAMPLE:
            self._cut()
        values = np.sort(self._values)
        values.flags.writeable = False
        note = "; ".join([*self._notes, *more])
        return Data(values, self.count, self.omitted, self._seed, self._name, self.rows, note)


def standard_error(values: Array) -> float:
    """Give the standard error of a mean of independent numbers; NaN of a single one."""
    n = values.size
    with np.errstate(all="ignore"):
        return float(values.std(ddof=1) / math.sqrt(n)) if n > 1 else math.nan
