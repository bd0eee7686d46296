"""docs/trust.md names tests that are there, and those that belong to no other file."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

import actviz


@pytest.mark.parametrize("form", ["none", "tanh"])
@pytest.mark.parametrize("device", [None, "numpy"])
def test_f_and_its_slope_are_of_one_form(form: str, device: str | None) -> None:
    import torch

    x = np.linspace(-6.0, 6.0, 2001)
    given = torch.tensor(x, requires_grad=True)
    found = torch.nn.functional.gelu(given, approximate=form)
    found.sum().backward()
    ours = actviz.evaluate("gelu", x, dtype="float64", device=device, approximate=form)
    assert given.grad is not None
    np.testing.assert_allclose(ours.y, found.detach().numpy(), atol=1e-14)
    np.testing.assert_allclose(ours.dy, given.grad.numpy(), atol=1e-14)


def test_hard_sigmoids_moments_are_of_the_exact_sixth() -> None:
    nodes, weights = np.polynomial.legendre.leggauss(200)
    inner, outer = 3.0 * nodes, 7.5 + 4.5 * nodes
    density = [np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi) for x in (inner, outer)]
    second = 3.0 * weights @ (density[0] * (inner / 6 + 0.5) ** 2) + 4.5 * weights @ density[1]
    assert actviz.moments("hard_sigmoid").second == pytest.approx(second, abs=1e-13)


def test_the_page_has_twenty_items_and_names_tests_that_exist() -> None:
    root = Path(__file__).parent.parent
    text = (root / "docs" / "trust.md").read_text(encoding="utf-8")
    assert re.findall(r"^(\d+)\. ", text, re.MULTILINE) == [str(n) for n in range(1, 21)]
    current = ""
    for file, name in re.findall(r"`(tests/[\w/]+\.py)?(?:::(\w+))?`", text):
        current = file or current
        source = (root / current).read_text(encoding="utf-8")
        assert not name or f"def {name}(" in source, f"{current}::{name}"
