"""Write the table of docs/accuracy.md on softmax over whole vectors: ours, and the frameworks.

    .venv/bin/python tools/softmax_accuracy.py [--batches 2000]

The truth is the NumPy twin in float64, which the tests hold to golden numbers of mpmath. Frameworks
compute softmax(x/T) in float32 and differentiate it by themselves, where they are installed.
"""

from __future__ import annotations

import argparse
import os
import platform
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from typing import Any

import numpy as np
from accuracy_docs import commit, replace, today
from campaign import processor
from numpy.typing import NDArray

import actviz
from actviz.accuracy.tables import markdown, ulp
from actviz.analysis.ulp import errors_in_ulp, faults

Array = NDArray[Any]
Side = Callable[[Array, float], tuple[Array, Array]]
LENGTHS = (2, 3, 5, 10, 17, 33, 64, 65, 100)
LEADS = (10, 17, 40, 80, 88, 100)
NUMBERS = 3000
PARTS = ("values", "diagonal", "beside it")


def batches(count: int) -> Iterator[tuple[Array, float]]:
    """Draw vectors and temperatures: near ties, wide spreads, one logit that leads."""
    rng = np.random.default_rng(2026)
    for _ in range(count):
        length = int(rng.choice(LENGTHS))
        spread = 10.0 ** rng.uniform(-4, 2.5)
        temperature = float(np.float32(10.0 ** rng.uniform(-2, 2))) if rng.random() < 0.5 else 1.0
        x = rng.normal(size=(NUMBERS // length, length)) * spread
        if rng.random() < 0.4:
            x[:, rng.integers(length)] += rng.choice(LEADS) * temperature
        yield x.astype(np.float32), temperature


def ours(device: str) -> Side:
    """Compute with a device of ours."""

    def side(x: Array, temperature: float) -> tuple[Array, Array]:
        result = actviz.softmax(x, temperature=temperature, device=device)
        return result.y, result.jacobian

    return side


def jax_side() -> Side:
    """Compute with JAX; its Jacobian is that of automatic differentiation."""
    import jax

    @jax.jit
    def both(x: Any, temperature: Any) -> Any:
        def softmax(z: Any) -> Any:
            return jax.nn.softmax(z / temperature)

        return jax.vmap(softmax)(x), jax.vmap(jax.jacrev(softmax))(x)

    def side(x: Array, temperature: float) -> tuple[Array, Array]:
        y, jacobian = both(x, np.float32(temperature))
        return np.asarray(y), np.asarray(jacobian)

    return side


def torch_side() -> Side:
    """Compute with torch; its Jacobian is that of automatic differentiation."""
    import torch

    def side(x: Array, temperature: float) -> tuple[Array, Array]:
        def softmax(z: Any) -> Any:
            return torch.softmax(z / temperature, -1)

        given = torch.from_numpy(x)
        jacobian = torch.func.vmap(torch.func.jacrev(softmax))(given)
        return softmax(given).numpy(), jacobian.numpy()

    return side


def split(y: Array, jacobian: Array) -> tuple[Array, Array, Array]:
    """Take the diagonal out of the Jacobian."""
    beside = ~np.eye(y.shape[-1], dtype=bool)
    return y, np.diagonal(jacobian, axis1=-2, axis2=-1), jacobian[..., beside]


def measured(sides: dict[str, Side], count: int) -> tuple[list[list[str]], int]:
    """Compare all sides with float64: the largest errors and the false zeros; and the results."""
    worst = {(name, part): 0.0 for name in sides for part in PARTS}
    zeros = dict.fromkeys(worst, 0)
    results = 0
    for x, temperature in batches(count):
        exact = actviz.softmax(x, temperature=temperature, dtype="float64", device="numpy")
        truth = split(exact.y, exact.jacobian)
        results += exact.y.size + exact.jacobian.size
        for name, side in sides.items():
            for part, got, want in zip(PARTS, split(*side(x, temperature)), truth, strict=True):
                error = float(errors_in_ulp(got, want, "float32").max(initial=0.0))
                worst[name, part] = max(worst[name, part], error)
                zeros[name, part] += int(faults(got, want, "float32").zeros.sum())
    rows = [
        [name, *(cell(worst[name, part], zeros[name, part]) for part in PARTS)] for name in sides
    ]
    return rows, results


def cell(error: float, zeros: int) -> str:
    """Write the largest error and how many zeros are false."""
    return ulp(error) + (f", {zeros:,} × 0" if zeros else "")


def main() -> None:
    """Measure, and put the table into its place."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--batches", type=int, default=2000)
    count = parser.parse_args().batches
    found = [each for each in actviz.devices() if each.usable]
    sides = {each.id: ours(each.id) for each in found}
    versions = [f"{each.id}: {each.name}" for each in found]
    for name, make in (("torch", torch_side), ("jax", jax_side)):
        if find_spec(name):
            sides[name] = make()
            versions.append(f"{name} {__import__(name).__version__}")
    rows, results = measured(sides, count)
    lines = [
        f"`tools/softmax_accuracy.py --batches {count}`, {results:,} results",
        *versions,
        f"{processor()}, {os.cpu_count()} cores, Python {platform.python_version()}, {today()}, "
        f"commit {commit()}",
    ]
    table = markdown(["softmax", *PARTS], rows)
    replace("softmax", table + "\n" + "\n".join(f"* {line}" for line in lines) + "\n")


if __name__ == "__main__":
    main()
