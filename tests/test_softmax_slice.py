"""The slice of a softmax along one logit, against mpmath, for logits far from 0 and far apart."""

from __future__ import annotations

import mpmath as mp
import numpy as np
import pytest

from actviz.evaluation import Engine, Grid, NumPyEngine, Request

LOGITS = [
    (0.0,),
    (100.0, 99.0),
    (710.0, 709.0),
    (-745.0, -746.0),
    (3.0, -3.0, 2.5, 0.0, 2.9),
    (2.0**40,) * 2,
    (2.0**53,) * 2,
    (1e30,) * 3,
    (-1e6, -1e6 + 0.25, -1e6 - 1),
]
AROUND = [-90.0, -40.0, -10.0, -1.0, -0.3125, 0.0, 0.5, 3.0, 10.0, 30.0, 90.0]


def truth(x: float, logits: tuple[float, ...]) -> tuple[mp.mpf, mp.mpf]:
    with mp.workdps(60):
        largest = max(logits)
        others = mp.fsum(mp.exp(mp.mpf(z) - largest) for z in logits)
        own = mp.exp(mp.mpf(x) - largest)
        return own / (own + others), own * others / (own + others) ** 2


def worst(engine: Engine, logits: tuple[float, ...], dtype: type[np.floating]) -> float:
    """The largest error in units in the last place, over points round the largest logit."""
    errors = []
    for place in AROUND:
        x = float(dtype(max(logits) + place))
        request = Request.of("softmax", {"logits": logits}, Grid(x, x, 1), np.dtype(dtype).name)
        result = engine.run(request)
        for value, true in zip((result.y[0], result.dy[0]), truth(x, logits), strict=True):
            spacing = float(np.spacing(dtype(abs(true))))
            errors.append(abs(mp.mpf(float(value)) - true) / spacing)
    return float(max(errors))


@pytest.mark.parametrize("logits", LOGITS, ids=str)
def test_numpy_holds_its_bounds(logits: tuple[float, ...]) -> None:
    engine = NumPyEngine()
    assert worst(engine, logits, np.float32) <= 0.501
    assert worst(engine, logits, np.float64) <= 8.0


@pytest.mark.parametrize("logits", LOGITS, ids=str)
def test_opencl_holds_its_bound(engine: Engine, logits: tuple[float, ...]) -> None:
    assert worst(engine, logits, np.float32) < 1.0
