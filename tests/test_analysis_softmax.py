"""actviz.softmax as a user calls it: devices, dtypes, refusals, and other programs' numbers."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import numpy as np
import pytest

import actviz
from actviz import DeviceError, SoftmaxResult, engines, softmax
from actviz.evaluation import NumPyEngine
from actviz.vectors import SoftmaxRequest


@pytest.fixture
def _fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that has no engine open yet."""
    monkeypatch.setattr(engines, "_open", {})


@pytest.mark.usefixtures("_fresh")
def test_the_named_or_the_best_device_computes(engine_id: str) -> None:
    logits = [[1, 2, 3], [0, 0, 7]]
    result = softmax(logits, device=engine_id)
    assert isinstance(result, SoftmaxResult)
    assert result.device.id == engine_id
    assert result.seconds > 0.0
    assert result.x.dtype == result.y.dtype == result.jacobian.dtype == np.float32
    best = softmax(logits)
    assert best.device == next(each for each in actviz.devices() if each.usable)
    assert np.array_equal(best.jacobian, result.jacobian)
    assert best.jacobian is best.jacobian
    assert softmax(logits, device="numpy").device.id == "numpy"


@pytest.mark.usefixtures("_fresh")
@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
def test_all_dtypes(engine_id: str, dtype: str) -> None:
    for device in (engine_id, "numpy"):
        result = softmax([1.0, 2.0, 3.0], dtype=dtype, device=device)
        assert result.device.id == device
        assert {each.dtype.name for each in (result.x, result.y, result.jacobian)} == {dtype}
        published = [0.09003057, 0.24472847, 0.66524096]
        assert result.y.astype(float).tolist() == pytest.approx(published, rel=2**-8)


@pytest.mark.usefixtures("_fresh")
def test_numpy_computes_in_a_dtype_that_no_device_was_named_for_and_the_best_one_lacks(
    engine_id: str,
) -> None:
    engine = engines.open_engine(engine_id)
    engine.device = msgspec.structs.replace(engine.device, dtypes=("float32",))
    engines._open[None] = engines._open[engine_id] = engine
    assert softmax([1.0, 2.0]).device.id == engine_id
    assert softmax([1.0, 2.0], dtype="float64").device.id == "numpy"
    with pytest.raises(ValueError, match="dtype: 'float64' is not allowed on"):
        softmax([1.0, 2.0], dtype="float64", device=engine_id)


@pytest.mark.usefixtures("_fresh")
def test_numpy_takes_over_where_no_device_was_named(
    engine_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken(NumPyEngine):
        def softmax(self, request: SoftmaxRequest) -> SoftmaxResult:
            raise DeviceError(engine_id, "it failed")

    monkeypatch.setattr(engines, "_open", {None: Broken(), engine_id: Broken()})
    with pytest.warns(RuntimeWarning, match="it failed; NumPy computes from now on") as caught:
        assert softmax([0.0, 0.0]).device.id == "numpy"
    assert Path(caught[0].filename).name == "test_analysis_softmax.py"
    with pytest.raises(DeviceError, match="it failed"):
        softmax([0.0, 0.0], device=engine_id)


def test_what_is_given_is_not_changed_nor_kept() -> None:
    x = np.array([1.0, 2.0], np.float32)
    result = softmax(x, device="numpy")
    x[0] = 50.0
    assert result.x[0] == 1.0


@pytest.mark.parametrize(
    ("logits", "more", "words"),
    [
        (1.0, {}, r"softmax\.axis: -1 .* a single number has no axis; it must be an array"),
        ([True, False], {}, r"logits: bool is not allowed; it must be an array of real numbers"),
        (["a"], {}, "logits: <U1 is not allowed"),
        ([1j], {}, "logits: complex128 is not allowed"),
        ([[1.0], [1.0, 2.0]], {}, "logits: rows of different lengths"),
        (np.ma.array([1.0, 2.0], mask=[1, 0]), {}, r"logits: a masked .* logits\.filled\(nan\)"),
        ([1.0], {"dtype": "int8"}, "dtype: 'int8' is not allowed; it must be one of float16"),
        ([[1.0]], {"axis": 2}, r"softmax\.axis: 2 is not allowed; it must be from -2 to 1"),
        ([[1.0]], {"axis": "last"}, r"softmax\.axis: 'last' .* a whole number"),
        ([1.0], {"temperature": 0}, r"softmax\.temperature: 0 .* a finite number greater than 0"),
    ],
)
def test_bad_input_is_refused(logits: object, more: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        softmax(logits, **more)


def test_an_unknown_device_is_named() -> None:
    with pytest.raises(DeviceError, match="no-such: there is no such device"):
        softmax([1.0], device="no-such")


JUDGES = [((7,), 0), ((3, 5), -1), ((3, 5), 0), ((2, 4, 6), 1)]


@pytest.mark.parametrize(("shape", "axis"), JUDGES)
def test_keras_and_jax_agree(shape: tuple[int, ...], axis: int, engine_id: str) -> None:
    import jax
    import keras

    x = np.random.default_rng(12).normal(size=shape).astype(np.float32)
    result = softmax(x, axis=axis, device=engine_id)
    judged = np.asarray(jax.nn.softmax(x, axis=axis))
    np.testing.assert_allclose(result.y, judged, rtol=1e-5)
    if x.ndim > 1:  # Keras refuses a single vector
        np.testing.assert_allclose(
            result.y, np.asarray(keras.activations.softmax(x, axis=axis)), rtol=1e-5
        )
    cold = softmax(x, axis=axis, temperature=0.5, device=engine_id)
    rows = np.moveaxis(x, axis, -1)
    for index in np.ndindex(rows.shape[:-1]):
        judge = jax.jacobian(lambda z: jax.nn.softmax(z / 0.5))(rows[index])
        np.testing.assert_allclose(cold.jacobian[index], np.asarray(judge), rtol=1e-4, atol=1e-6)


def test_the_published_numbers() -> None:
    """Softmax of (1, 2, 3) at three temperatures, and the eigenvalues of its Jacobian."""
    for temperature, y in (
        (0.5, [0.015876240, 0.117310428, 0.866813332]),
        (1.0, [0.090030573, 0.244728471, 0.665240956]),
        (2.0, [0.186323723, 0.307195886, 0.506480391]),
    ):
        result = softmax([1, 2, 3], temperature=temperature, dtype="float64")
        assert list(result.y) == pytest.approx(y, abs=5e-10)
    jacobian = softmax([1, 2, 3], dtype="float64").jacobian
    assert np.linalg.eigvalsh(jacobian) == pytest.approx([0.0, 0.1185533, 0.3709036], abs=5e-8)


def test_the_golden_numbers_say_where_they_come_from() -> None:
    read = json.loads((Path(__file__).parent / "golden" / "softmax.json").read_text("utf-8"))
    assert "mpmath at 60 digits" in read["about"]
    assert max(len(each["values"]) for each in read["cases"] if "values" in each) == 100
