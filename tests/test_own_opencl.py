"""A user's f(x) on devices: NumPy's numbers in every precision, few programs kept, sentences."""

from __future__ import annotations

import numpy as np
import pytest

from actviz import engines as engines_module
from actviz.activations import FORMULA, OwnRow
from actviz.dtypes import DTYPES
from actviz.engines import evaluate
from actviz.evaluation import Array, Grid, NumPyEngine, Request, Result
from actviz.opencl import own as own_module
from actviz.opencl.devices import open_handle
from actviz.opencl.engine import OpenCLEngine
from actviz.opencl.own import MOST, own_text

TEXTS = (
    *("x * tanh(a * x)", "abs(sin(x))", "sign(-x) * max(x, 0)", "log(x)", "1 / x", "sqrt(x)"),
    *("x ** x", "gelu(x) + mish(x)", "max(1, exp(x))", "clip(x, -1, 1)", "elu(x, 0.7)", "0 / 0"),
    *("1e300 * x * x", "tan(x)", "x if x > a else -x", "x if x == 0 else 1", "2 ** -x", "pi"),
    *("erf(x) * erfc(x) + normal_cdf(x) * normal_pdf(x)", "x ** 3 - x ** -2", "k"),
    *("asinh(x) + atan(x) + softplus(x) + softsign(x)", "log1p(x ** 2) + expm1(x) + swish(x)"),
    "abs(abs(abs(x) - 1) - 0.5)",
)
X = np.concatenate(
    [
        np.linspace(-8.0, 8.0, 1001),
        [0.0, -0.0, np.inf, -np.inf, np.nan, 1.0, -1.0, 0.5, 1.5, 1e-30, 3e4, -1e30, 1e-40],
    ]
)


def asked(text: str, x: Grid | Array = X, dtype: str = "float32", **values: float) -> Request:
    return Request.of("formula", {"formula": text, **values}, x, dtype)


def apart(result: Result) -> tuple[float, float]:
    """Give the largest distances of f and f′ from NumPy's, in units of their last place."""
    right = NumPyEngine().run(result.request)
    with np.errstate(invalid="ignore"):  # a signalling NaN is an invalid cast
        x, right_x = result.x.astype(np.float64), right.x.astype(np.float64)
    assert np.array_equal(x, right_x, equal_nan=True)
    dtype, found = DTYPES[result.request.dtype], []
    for both in ((result.y, right.y), (result.dy, right.dy)):
        with np.errstate(invalid="ignore"):
            got, want = (each.astype(np.float64) for each in both)
        assert np.array_equal(np.isnan(got), np.isnan(want))
        differs = ~((got == want) | np.isnan(got))
        unit = np.array([dtype.spacing(abs(each)) for each in want[differs]])
        found.append(float(np.max(np.abs(got[differs] - want[differs]) / unit, initial=0.0)))
    return found[0], found[1]


@pytest.mark.parametrize("text", TEXTS)
def test_float32_is_float64_rounded_once(engine: OpenCLEngine, text: str) -> None:
    assert max(apart(engine.run(asked(text)))) <= 1.0


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
@pytest.mark.parametrize("text", ["a * x ** 3", "max(1, exp(x))", "1 / x", "abs(sin(x))"])
def test_types_of_16_bits_are_rounded_once(engine: OpenCLEngine, text: str, dtype: str) -> None:
    bits = np.arange(1 << 16, dtype=np.uint16)
    assert max(apart(engine.run(asked(text, bits.view(DTYPES[dtype].numpy), dtype)))) == 0.0


def test_bits_for_a_second_rounding_are_kept(engine: OpenCLEngine) -> None:
    """Just above the middle of two float16: float32 alone would lie on it, and round to even."""
    result = engine.run(asked("1 + 2 ** -11 + 2 ** -40 + 0 * x", np.ones(1), "float16"))
    assert result.y[0] == np.float16(1.0 + 2.0**-10)


@pytest.mark.parametrize("text", ["x * tanh(a * x)", "log(x)", "max(x, 0) ** 2", "tan(x)"])
def test_float64_on_a_grid_and_at_points(engine: OpenCLEngine, text: str) -> None:
    for x in (Grid(-3.0, 3.0, 4097), np.linspace(-3.0, 3.0, 30).reshape(2, 3, 5)):
        result = engine.run(asked(text, x, "float64"))
        assert result.y.dtype == np.float64
        right = NumPyEngine().run(result.request)
        assert np.allclose(result.y, right.y, rtol=1e-14, atol=1e-15, equal_nan=True)
        assert np.allclose(result.dy, right.dy, rtol=1e-14, atol=1e-15, equal_nan=True)


def test_parameters_are_arguments_and_not_text(engine: OpenCLEngine) -> None:
    for a, b in ((2.0, 0.1), (-1e-3, 7.25)):
        result = engine.run(asked("a * x + b", a=a, b=b))
        assert max(apart(result)) == 0.0
    assert own_text(_row("a * x + b"), "float64", "float32").count(", double a, double b)") == 3


@pytest.mark.parametrize("text", TEXTS)
def test_a_device_without_doubles_computes_in_float32(engine_id: str, text: str) -> None:
    engine = _without_doubles(engine_id)
    x = np.linspace(-4.0, 4.0, 401)
    result = engine.run(asked(text, x))
    right = NumPyEngine().run(result.request)
    for got, want in ((result.y, right.y), (result.dy, right.dy)):
        finite = np.isfinite(want) & (np.abs(want) < 1e30) & (text != "1e300 * x * x")
        assert np.allclose(got[finite], want[finite], rtol=2e-3, atol=1e-5)


def test_where_float32_is_not_enough_it_is_said(engine_id: str) -> None:
    engine = _without_doubles(engine_id)
    sentence = engine.refusal(asked("sin(1e9 * x)"))
    assert sentence.startswith(f"{engine_id} computes other numbers for your formula: f(")
    with pytest.raises(ValueError, match="other numbers for your formula"):
        engine.run(asked("sin(1e9 * x)"))


def test_a_formula_that_is_not_built_is_refused_without_the_drivers_words(
    engine_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_module, "own_text", lambda *_: "__kernel void broken( {")
    engine = _opened(engine_id)
    words = f"the driver of {engine_id} does not build your formula"
    assert engine.refusal(asked("x * x")) == f"{words}; the device must be numpy"
    with pytest.raises(ValueError, match=words):
        engine.run(asked("x * x"))
    assert engine.run(Request.of("elu", {}, np.ones(1))).y[0] == 1.0
    monkeypatch.setitem(engines_module._open, None, engine)
    assert evaluate("formula", 3.0, formula="x * x").device.id == "numpy"


def test_a_bad_formula_never_reaches_a_device(engine: OpenCLEngine) -> None:
    for text in ("x.real", "__import__(x)", "x; }", "(" * 3000):
        with pytest.raises(ValueError, match="formula"):
            engine.run(asked(text))
    with pytest.raises(ValueError, match="there is no parameter 'b'"):
        engine.run(asked("a * x", b=1.0))


def test_few_programs_are_kept(engine_id: str) -> None:
    engine = _opened(engine_id)
    for count in range(MOST + 2):
        engine.prepare("float32", _row(f"x + {count}"))
    assert not engine.is_ready("float32", _row("x + 0"))
    assert engine.is_ready("float32", _row(f"x + {MOST + 1}"))
    assert engine.run(asked("x + 0", np.ones(2))).y[0] == 1.0
    engine.close()


def test_what_occurs_often_is_computed_once() -> None:
    text = own_text(_row("sin(x) * " * 40 + "x"), "float64", "float32")
    assert text.count("sin(x)") == 1
    assert len(text) < 60_000


def test_evaluate_takes_the_best_device_for_a_formula(engine_id: str) -> None:
    result = evaluate("formula", np.ones(3), formula="x * tanh(a * x)", a=2.0, device=engine_id)
    assert result.device.id == engine_id
    assert result.y[0] == np.float32(np.tanh(2.0))
    assert evaluate("formula", np.ones(3), formula="x").device.id != "numpy"


def _row(text: str) -> OwnRow:
    return FORMULA.bound({"formula": text})


def _opened(engine_id: str) -> OpenCLEngine:
    found = open_handle(engine_id)
    return OpenCLEngine(found.device, found.handle)


def _without_doubles(engine_id: str) -> OpenCLEngine:
    """Open a device, and do not tell the engine of its doubles."""
    engine = _opened(engine_id)
    engine._double = engine._own._double = False
    engine._own._options = ()
    return engine
