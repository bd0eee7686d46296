"""Write tests/golden/softmax.json: what softmax and its Jacobian must give, mpmath at 60 digits.

Each case is a vector of a dtype and a temperature. A vector is given whole ("values"), or by its
distinct logits and how often each comes ("counts"), or as the ramp of golden_softmax.py, of which
only some elements are checked ("picked"). f and df are the values and the diagonal at the given
logits; "pairs" are pairs of their indices, "off" the entries of the Jacobian there. All are rounded
once to float64.

    python tools/make_softmax_golden.py
"""

from __future__ import annotations

import json
import math
import random
import sys
from pathlib import Path
from typing import Any

import numpy as np
from make_golden import nearest, written
from mpmath import mp, mpf

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "tests" / "golden" / "softmax.json"
sys.path.insert(0, str(ROOT / "tests"))

from golden_softmax import ramp  # noqa: E402

PAIRS = 24
LEADS = (0.25, 2.0, 17.0, 40.0, 88.0, 104.0, 120.0, 700.0)


def spread(length: int, sigma: float) -> list[float]:
    """Draw logits of a normal distribution."""
    rng = random.Random(f"{length} {sigma}")
    return [rng.gauss(0.0, sigma) for _ in range(length)]


def vectors(dtype: type[np.floating]) -> list[tuple[list[float], list[int], float]]:
    """Give logits, how often each comes, and the temperature."""
    least = float(np.finfo(dtype).smallest_subnormal)
    huge = float(np.finfo(dtype).max)
    below = [float(np.nextafter(dtype(5.0), dtype(0.0))), float(np.nextafter(dtype(5), dtype(9)))]
    whole = [
        [0.0],
        [1.0, 2.0, 3.0],
        [0.0, 0.0],
        [5.0, *below, 5.0],
        [-0.1, 300.7, 0.3],
        [0.1, 0.7, -0.3, 1e-3, -2.6],
        [-1e30, 5.0, 5.0],
        [huge, -huge, 0.0, huge],
        [1e-8, -1e-8, 0.0, least, -least],
        [0.0, -50.0, -87.3, -88.7, -95.0, -100.0, -103.0, -103.97, -104.5],
        [0.0, -700.0, -708.5, -730.0, -744.0, -745.1, -746.0],
        [lead + 0.1 for lead in LEADS],
        *(([0.1, 0.1 + lead, 0.3, -0.2]) for lead in LEADS),
        *(spread(length, sigma) for length in (2, 3, 7, 16, 33, 64) for sigma in (0.3, 4.0)),
        *(spread(100, sigma) for sigma in (1e-3, 1.0, 10.0, 40.0, 300.0)),
    ]
    cases = [(logits, [1] * len(logits), 1.0) for logits in whole]
    for temperature in (1 / 3, 0.1, 7.0, 1e-3, 1e3, 1e30, 1e300):
        for logits in ([1.0, 2.0, 3.0], [0.1, -0.7, 0.35, 0.3], spread(16, 2.0), [huge, -huge]):
            cases.append((logits, [1] * len(logits), temperature))
    tiny = least * 3 if dtype is np.float32 else 1e-308
    cases += [([tiny, 2 * tiny, -tiny], [1, 1, 1], tiny), ([1e-30, 2e-30, 1.5e-30], [1] * 3, 1e-30)]
    cases += [([1e-20, 1e-17], [1, 1], 1e-18), ([3.0, 3.0, 2.0], [1] * 3, 1e-300)]
    cases += [
        ([0.0], [1_000_000], 1.0),
        ([0.0, -13.8], [1, 999_999], 1.0),
        ([0.0, -90.0], [1, 99_999], 1.0),
        ([0.0, -17.3], [1, 999_999], 1.0),
        ([1.1, 1.0, 0.3, -4.0], [3, 65_537, 400_000, 77], 1.0),
        ([0.0, -1e-6, -100.0], [250_000, 250_000, 250_000], 1.0),
        ([0.5, -0.5], [131_072, 131_073], 1e5),
    ]
    return cases


def solved(
    logits: list[float], counts: list[int], temperature: float
) -> tuple[list[mpf], mpf, list[mpf]]:
    """Give e^((x − M)/T) of every logit, their sum, and the sum of all others for each."""
    largest = mpf(max(logits))
    terms = [mp.exp((mpf(x) - largest) / mpf(temperature)) for x in logits]
    total = mp.fsum(t * n for t, n in zip(terms, counts, strict=True))
    others = [
        mp.fsum(t * (n - (k == i)) for k, (t, n) in enumerate(zip(terms, counts, strict=True)))
        for i in range(len(terms))
    ]
    return terms, total, others


def case(
    logits: list[float], counts: list[int], temperature: float, dtype: type[np.floating]
) -> dict[str, Any]:
    """Solve one vector that is given by its logits and their counts."""
    xs = [float(dtype(x)) for x in logits]
    long = max(counts) > 1
    terms, total, others = solved(xs, counts, temperature)
    return {
        "dtype": dtype.__name__,
        "temperature": temperature,
        "values": xs,
        "counts": counts if long else [],
        **answers(terms, total, others, temperature, pairs=0 if long else PAIRS),
    }


def answers(
    terms: list[mpf], total: mpf, others: list[mpf], temperature: float, pairs: int
) -> dict[str, Any]:
    """Write values, diagonal, and so many entries beside it, those of the largest term first."""
    rng = random.Random(len(terms))
    lead = terms.index(max(terms))
    every = [(i, j) for i in range(len(terms)) for j in range(len(terms)) if i != j]
    chosen = [each for each in every if lead in each][: pairs // 2]
    chosen += rng.sample(every, min(len(every), pairs - len(chosen)))
    chosen = list(dict.fromkeys(chosen))
    square = total**2 * mpf(temperature)
    return {
        "f": [nearest(t / total) for t in terms],
        "df": written([nearest(t * o / square) for t, o in zip(terms, others, strict=True)]),
        "pairs": chosen,
        "off": written([nearest(-terms[i] * terms[j] / square) for i, j in chosen]),
    }


def ramp_case(length: int, span: float, dtype: type[np.floating]) -> dict[str, Any]:
    """Solve a long vector of which no two logits are alike; some of its elements are written."""
    x = ramp(length, span, dtype.__name__).tolist()
    largest = mpf(max(x))
    terms = [mp.exp(mpf(each) - largest) for each in x]
    total = mp.fsum(terms)
    order = np.argsort(x)
    picked = sorted({int(order[k]) for k in (0, 1, length // 3, length // 2, -3, -2, -1)})
    chosen = [terms[i] for i in picked]
    others = [
        mp.fsum(t for k, t in enumerate(terms) if k != i) if x[i] == max(x) else total - terms[i]
        for i in picked
    ]
    about = {"dtype": dtype.__name__, "temperature": 1.0, "ramp": [length, span], "picked": picked}
    return about | answers(chosen, total, others, 1.0, pairs=0)


def main() -> None:
    mp.dps = 60
    cases = []
    for dtype in (np.float32, np.float64):
        cases += [case(*each, dtype) for each in vectors(dtype)]
        cases += [ramp_case(1_000_000, 20.0, dtype), ramp_case(100_003, 150.0, dtype)]
    about = "made by tools/make_softmax_golden.py with mpmath at 60 digits, rounded to float64"
    lines = ",\n".join(json.dumps(each) for each in cases)
    TARGET.write_text(f'{{"about": {json.dumps(about)}, "cases": [\n{lines}\n]}}\n', "utf-8")
    print(f"{len(cases)} cases, {TARGET.stat().st_size} bytes")
    assert not any(math.isnan(v) for each in cases for v in each["f"])


if __name__ == "__main__":
    main()
