"""Measuring: blocks of inputs through a subject, compared with the truth, piece by piece."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from time import perf_counter

import numpy as np

from actviz.accuracy.inputs import Inputs
from actviz.accuracy.subjects import Computed, Subject
from actviz.accuracy.tally import Numbers, Tally, measured
from actviz.accuracy.truth import Truth, truth_for
from actviz.activations import Row
from actviz.analysis.ulp import Array
from actviz.evaluation import Grid
from actviz.param import Value

_PIECE = 1 << 16
"""Points compared at once: their float64 temporaries stay in the processor's cache."""


@dataclass
class Measurement:
    """What was found so far: `blocks` of the inputs are done; `df` is None without an f′."""

    f: Tally
    df: Tally | None = None
    blocks: int = 0
    seconds: float = 0.0


@dataclass(frozen=True)
class Job:
    """One function at its values, in one dtype, by one subject, over some inputs."""

    row: Row
    values: Mapping[str, Value]
    dtype: str
    subject: Subject
    inputs: Inputs

    def measure(self, found: Measurement, threads: int | None = None) -> Iterator[int]:
        """Go on measuring; after each block gives its number of points.

        `found` is true at any time at which the caller is in control: it can be kept, and
        given to a new job to go on from there.

        Raises
        ------
        ValueError, DeviceError
            What the subject refuses.
        """
        truth = truth_for(self.row, self.values, self.dtype)
        workers = threads or os.cpu_count() or 1
        with ThreadPoolExecutor(workers) as pool:
            while found.blocks < len(self.inputs.sizes):
                start = perf_counter()
                number = found.blocks
                self._block(found, self.inputs.block(number), truth, pool)
                found.seconds += perf_counter() - start
                yield self.inputs.sizes[number]

    def _block(
        self,
        found: Measurement,
        x: Grid | Array,
        truth: Callable[[Array], Truth],
        pool: ThreadPoolExecutor,
    ) -> None:
        computed = self._counted(self.subject.run(self.row, self.values, x, self.dtype))
        firsts = range(0, computed.x.size, _PIECE)
        f, df = Tally(self.dtype), Tally(self.dtype)
        for of_f, of_df in pool.map(lambda first: self._piece(computed, first, truth), firsts):
            f.add(of_f)
            df.add(of_df)
        found.f.add(f)
        if computed.df is not None:
            found.df = found.df or Tally(self.dtype)
            found.df.add(df)
        found.blocks += 1

    def _counted(self, computed: Computed) -> Computed:
        """Leave out the kinks where the subject's values there are not to be ours."""
        kinks = (
            [] if self.subject.kinks_count else [each.x for each in self.row.breaks(self.values)]
        )
        if not kinks:
            return computed
        with np.errstate(invalid="ignore"):  # signalling NaNs are among them
            keep = ~np.isin(computed.x, np.array(kinks, computed.x.dtype))
        x, f, df = computed
        return Computed(x[keep], f[keep], None if df is None else df[keep])

    def _piece(
        self, computed: Computed, first: int, truth: Callable[[Array], Truth]
    ) -> tuple[Tally, Tally]:
        piece = slice(first, first + _PIECE)
        x = computed.x[piece]
        right = truth(x)
        f = measured(x, Numbers(computed.f[piece], right.f, right.f_rest), self.dtype)
        if computed.df is None:
            return f, Tally(self.dtype)
        df = Numbers(computed.df[piece], right.df, right.df_rest)
        return f, measured(x, df, self.dtype)
