"""A user's f(x) travels: through sessions, pins, undo, files, layers, engines and commands."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

import actviz
from actviz import session as document
from actviz.cli import main
from actviz.evaluation import DTYPES, Grid, NumPyEngine, Request
from actviz.files import read_session, session_text, write_session
from actviz.formats import write_layer
from actviz.history import History
from actviz.layers import LayerConfig
from actviz.session import Session


def own(text: str, **values: float) -> Session:
    chosen = document.choose_activation(Session(), "formula")
    chosen = document.set_value(chosen, "formula", text)
    for name, value in values.items():
        chosen = document.set_value(chosen, name, value)
    return chosen


def test_a_session_holds_the_text_and_its_parameters() -> None:
    session = own("a * x + b", a=2.0)
    assert session.values == {"formula": "a * x + b", "a": 2.0, "b": 1.0}
    other = document.set_value(session, "formula", "a * sin(k * x)")
    assert other.values == {"formula": "a * sin(k * x)", "a": 2.0, "k": 1.0}
    assert document.reset_value(other, "a").values["a"] == 1.0
    assert document.reset_value(other, "formula").values == {"formula": "x * tanh(x)"}
    assert document.reset_values(other).values == {"formula": "a * sin(k * x)", "a": 1.0, "k": 1.0}
    with pytest.raises(ValueError, match="no parameter 'b'; allowed: formula, a, k"):
        document.set_value(other, "b", 1.0)
    with pytest.raises(actviz.FormulaError, match="formula, column 3: this cannot be read"):
        document.set_value(other, "formula", "x x")


def test_undo_names_what_changed() -> None:
    history = History(own("a * x"))
    history.push(document.set_value(history.session, "formula", "a * x ** 2"))
    assert history.undo_label == "formula"
    history.undo()
    assert history.session.values["formula"] == "a * x"


def test_two_formulas_can_be_pinned_and_are_told_apart() -> None:
    session = document.pin(own("x ** 2"))
    session = document.pin(document.set_value(session, "formula", "a * x"))
    session = document.pin(document.set_value(session, "a", 3.0))
    assert [pin.label for pin in session.pins] == ["x ** 2", "a * x, a = 1", "a * x, a = 3"]
    with pytest.raises(ValueError, match="pinned already"):
        document.pin(session)


def test_a_file_brings_everything_back(tmp_path: Path) -> None:
    session = document.pin(own("alpha * max(x, 0) ** 2", alpha=0.25))
    session = document.set_value(session, "formula", "1 / x if x != 0 else 5")
    write_session(tmp_path / "own.actviz", session)
    assert read_session(tmp_path / "own.actviz") == session


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"formula": "x.__class__"}, "formula, column 1: this is not part of the language"),
        ({"formula": "__import__(x)"}, "formula, column 1: the function '__import__'"),
        ({"formula": "(" * 5000}, "formula: 5000 characters; it must be at most 2000"),
        ({"formula": 3}, "it must be a formula in x"),
        ({"formula": "x", "a": 1.0}, "there is no parameter 'a'"),
        ({"formula": "a * x", "a": "2"}, r"formula\.a: '2' is not allowed"),
    ],
)
def test_a_file_with_a_bad_formula_is_refused(
    tmp_path: Path, values: dict[str, object], words: str
) -> None:
    content = json.loads(session_text(own("x")))
    content["layer"]["activations"]["activation"]["values"] = values
    (tmp_path / "bad.actviz").write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(ValueError, match=words):
        read_session(tmp_path / "bad.actviz")


def test_keras_has_no_form_for_it_and_the_reason_is_said() -> None:
    config = LayerConfig("Dense", activations={"activation": ("formula", {"formula": "x * x"})})
    with pytest.raises(ValueError, match=r"Dense\.activation: a formula of your own has no form"):
        write_layer(config)


@pytest.mark.parametrize("dtype", DTYPES)
def test_every_precision_is_float64_rounded_once(dtype: str) -> None:
    grid = Grid(-3.0, 3.0, 601)
    values = {"formula": "a * x * tanh(x)", "a": 0.3}
    result = NumPyEngine().run(Request.of("formula", values, grid, dtype))
    x = grid.points().astype(dtype)
    wanted = np.float64(0.3) * x.astype(np.float64) * np.tanh(x.astype(np.float64))
    assert result.y.dtype == dtype
    unit = np.spacing(np.abs(result.y)).astype(np.float64)
    few = 4 if dtype == "float64" else 0.501  # NumPy's own tanh is not this one
    assert (np.abs(result.y.astype(np.float64) - wanted) <= few * unit).all()


def test_python_takes_a_formula_or_its_text() -> None:
    formula = actviz.Formula.parse("x * tanh(a * x)", ("x", "a"))
    one = actviz.evaluate(formula, [0.5, 1.0], a=2.0)
    other = actviz.evaluate("formula", [0.5, 1.0], formula="x * tanh(a * x)", a=2.0)
    assert np.array_equal(one.y, other.y)
    assert one.y[1] == np.float32(math.tanh(2.0))
    with pytest.raises(actviz.FormulaError, match="the name 'slope' is not known"):
        actviz.evaluate(actviz.Formula.parse("slope * x", ("x", "slope")), [1.0], slope=2.0)
    with pytest.raises(ValueError, match="there is no parameter 'b'; allowed: formula, a"):
        actviz.evaluate(formula, [0.5], b=2.0)


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(words)
    out, err = capsys.readouterr()
    return int(ended.value.code or 0), out, err


def test_eval_takes_a_formula(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--from", "-4", "--to", "4", "--count", "101", "--device", "numpy")
    status, out, _ = run(capsys, "eval", "--formula", "x*tanh(x)", *words)
    assert status == 0
    rows = [[float(word) for word in line.split(",")] for line in out.splitlines()[1:]]
    assert len(rows) == 101
    for x, y, dy in rows:
        assert y == pytest.approx(x * math.tanh(x), rel=1e-6, abs=1e-12)
        assert dy == pytest.approx(math.tanh(x) + x / math.cosh(x) ** 2, rel=1e-6, abs=1e-12)


def test_a_parameter_of_a_formula_can_be_set(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (
        ("--formula", "a*x", "--set", "a=3"),
        ("formula", "--set", "a=3", "--set", "formula=a*x"),
    ):
        status, out, _ = run(capsys, "eval", *words, "--count", "2", "--device", "numpy")
        assert status == 0
        assert out == "x,f,df\n-8.0,-24.0,3.0\n8.0,24.0,3.0\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("eval", "--formula", "1 + foo(x)"), "formula, column 5: the function 'foo'"),
        (("eval", "--formula", "(" * 10_000 + "x" + ")" * 10_000), "at most 2000 long"),
        (("eval", "--formula", "x.real"), "formula, column 1: this is not part of the language"),
        (("eval", "--formula", ""), "formula, column 1: there is no formula"),
        (("eval", "elu", "--formula", "x"), "--formula: it cannot stand beside the name"),
        (("eval", "--formula", "a*x", "--set", "b=1"), "'b=1' is not allowed; it must be formula="),
        (("render", "-o", "x.svg", "--formula", "x +"), "formula, column 4: this cannot be read"),
        (("layer", "Dense", "--activation", "formula"), "has no form in Keras"),
    ],
)
def test_a_bad_formula_is_one_line_and_status_1(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: str
) -> None:
    status, out, err = run(capsys, *words)
    assert (status, out) == (1, "")
    assert err.count("\n") == 1
    assert said in err
    assert "Traceback" not in err


def test_poles_and_gaps_are_infinities_and_nan(capsys: pytest.CaptureFixture[str]) -> None:
    grid = ("--from", "-1", "--to", "1", "--count", "3", "--device", "numpy")
    for text, lines in (
        ("1/x", ["-1.0,-1.0,-1.0", "0.0,inf,-inf", "1.0,1.0,-1.0"]),
        ("log(x)", ["-1.0,nan,nan", "0.0,-inf,inf", "1.0,0.0,1.0"]),
        ("0/0", ["-1.0,nan,0.0", "0.0,nan,0.0", "1.0,nan,0.0"]),
    ):
        status, out, _ = run(capsys, "eval", "--formula", text, *grid)
        assert status == 0
        assert out.splitlines()[1:] == lines
