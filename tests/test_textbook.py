"""The formulas on screen: as in a textbook, with symbols or with the live numbers."""

from __future__ import annotations

import re
import warnings

import pytest
from legal_values import allowed

from actviz.activations import ROWS, Row, row
from actviz.param import Choice, Real

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # of importlib.resources, in its import
    import ziamath


def each_row(function: object) -> object:
    return pytest.mark.parametrize("each", ROWS, ids=lambda each: each.name)(function)


def all_settings(each: Row) -> list[dict[str, object] | None]:
    settings: list[dict[str, object] | None] = [None, {}]
    for param in each.params:
        if isinstance(param.domain, Choice):
            settings += [{param.name: option} for option in param.domain.options]
        elif isinstance(param.domain, Real):
            numbers = (1.3, 2.0, 1e-7, 12345678.0, -1.3, 0.0, 1.0, -1.0)
            settings += [{param.name: value} for value in allowed(param, numbers)]
    if each.vector:
        settings += [{"logits": (1.0, 2.0)}, {"logits": (1000.0,)}, {"logits": (-1000.0,)}]
    return settings


@each_row
def test_every_formula_can_be_drawn_in_its_place(each: Row) -> None:
    for tex in {tex for values in all_settings(each) for tex in each.textbook(values)}:
        height = re.search(r'height="([\d.]+)"', ziamath.Latex(tex, size=20).svg())
        assert height
        assert 10 < float(height[1]) < 160


@each_row
def test_no_formula_has_two_signs_in_a_row(each: Row) -> None:
    for values in all_settings(each):
        for tex in each.textbook(values):
            assert not re.search(r"[-+] *[-+]", tex), tex
            assert not re.search(r"left\(-?[\d.]+\\right", tex), tex
            assert not re.search(r"[\d.]{9}", tex), tex


@pytest.mark.parametrize(
    ("name", "values", "f", "df"),
    [
        (
            "elu",
            None,
            r"\begin{cases} x & \quad x > 0 \\ \alpha (e^{x} - 1) & \quad x \le 0 \end{cases}",
            r"\begin{cases} 1 & \quad x > 0 \\ \alpha e^{x} & \quad x \le 0 \end{cases}",
        ),
        (
            "elu",
            {"alpha": 1.3},
            r"\begin{cases} x & \quad x > 0 \\ 1.3 (e^{x} - 1) & \quad x \le 0 \end{cases}",
            r"\begin{cases} 1 & \quad x > 0 \\ 1.3 e^{x} & \quad x \le 0 \end{cases}",
        ),
        (
            "relu",
            {"threshold": 0.5, "negative_slope": 0.1, "max_value": 6.0},
            r"\begin{cases} \min(x, 6) & \quad x > 0.5 \\ "
            r"0.1 (x - 0.5) & \quad x \le 0.5 \end{cases}",
            r"\begin{cases} 0.1 & \quad x \le 0.5 \\ 1 & \quad 0.5 < x \le 6 \\ "
            r"0 & \quad x > 6 \end{cases}",
        ),
        (
            "relu",
            {"threshold": -0.5, "negative_slope": 0.1},
            r"\begin{cases} x & \quad x > {-0.5} \\ 0.1 (x + 0.5) & \quad x \le {-0.5} \end{cases}",
            r"\begin{cases} 0.1 & \quad x \le {-0.5} \\ 1 & \quad x > {-0.5} \end{cases}",
        ),
        (
            "relu",
            {},
            r"\begin{cases} x & \quad x > 0 \\ 0 & \quad x \le 0 \end{cases}",
            r"\begin{cases} 0 & \quad x \le 0 \\ 1 & \quad x > 0 \end{cases}",
        ),
        ("swish", {"beta": 1.0}, r"x\,\sigma(x)", None),
        ("gelu", None, r"x\,\Phi(x)", None),
        ("softmax", None, r"\frac{e^{x}}{e^{x} + \sum_{j \ne k} e^{z_{j}}}", None),
        ("softmax", {"logits": (0.0,)}, r"\frac{e^{x}}{e^{x} + 1}", None),
        ("linear", {}, "x", "1"),
    ],
)
def test_formulas_read_as_in_a_textbook(
    name: str, values: dict[str, object] | None, f: str, df: str | None
) -> None:
    printed = row(name).textbook(values)
    assert printed[0] == f
    assert df is None or printed[1] == df


def test_gelu_prints_the_form_that_is_chosen() -> None:
    assert r"\tanh" not in row("gelu").textbook()[0]
    f, df = row("gelu").textbook({"approximate": "tanh"})
    u = r"\sqrt{\frac{2}{\pi}} (x + 0.044715 x^{3})"
    assert f == rf"0.5 x \left(1 + \tanh\left({u}\right)\right)"
    assert df == (
        r"\begin{aligned} & 0.5 (1 + \tanh(u)) + 0.5 x (1 - \tanh^{2}(u)) u' \\ "
        rf"& u = {u} \end{{aligned}}"
    )
