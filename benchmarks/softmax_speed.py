"""Softmax with its diagonal, and its Jacobian: ours against the textbook in NumPy and in JAX.

The textbook is e^(x − max)/Σ and s(1 − s) in float32, whose diagonal is falsely 0 where one logit
leads by 17; JAX compiles it. All take turns in one process; printed are medians and how many times
as long as the textbook in NumPy each takes:

    python -m benchmarks.softmax_speed [--rounds 15]
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

import actviz

Array = NDArray[np.float32]
CASES = (
    ("one vector of 10⁶", (1_000_000,), 0),
    ("1,000 of 1,000", (1000, 1000), 1),
    ("1,000 of 1,000, first axis", (1000, 1000), 0),
    ("100,000 of 10", (100_000, 10), 1),
    ("one of 100", (100,), 0),
)


def textbook(x: Array, axis: int) -> tuple[Array, Array]:
    """Compute values and diagonal as they are written everywhere."""
    powers = np.exp(x - x.max(axis=axis, keepdims=True))
    s = powers / powers.sum(axis=axis, keepdims=True)
    return s, s * (1 - s)


def textbook_jacobian(x: Array, axis: int) -> Array:
    """Compute diag(s) − s·sᵀ of one vector."""
    s, _ = textbook(x, axis)
    jacobian: Array = np.diag(s) - np.outer(s, s)
    return jacobian


def jax_textbook(axis: int) -> Callable[[Array], Any]:
    """Compile the textbook."""
    import jax
    import jax.numpy as jnp

    def both(x: Any) -> tuple[Any, Any]:
        s = jax.nn.softmax(x, axis=axis)
        return s, s * (1 - s)

    compiled = jax.jit(both)
    return lambda x: jax.block_until_ready(compiled(jnp.asarray(x)))


def ours(device: str, axis: int) -> Callable[[Array], Any]:
    """Compute values and diagonal on a device."""
    return lambda x: actviz.softmax(x, axis=axis, device=device)


def times(sides: dict[str, Callable[[Array], Any]], x: Array, rounds: int) -> dict[str, float]:
    """Let the sides take turns, after one turn that builds and warms up; give medians."""
    found: dict[str, list[float]] = {name: [] for name in sides}
    for turn in range(rounds + 1):
        for name, side in sides.items():
            start = perf_counter()
            side(x)
            if turn:
                found[name].append(perf_counter() - start)
    return {name: median(each) for name, each in found.items()}


def show(title: str, found: dict[str, float]) -> None:
    """Print one case."""
    base = found["textbook, NumPy"]
    print(title)
    for name, seconds in found.items():
        print(f"  {name:24} {1e3 * seconds:9.3f} ms   × {seconds / base:.2f}")


def main() -> None:
    """Measure all cases on all devices."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    devices = [each.id for each in actviz.devices() if each.usable]
    rng = np.random.default_rng(1)
    for title, shape, axis in CASES:
        x = (3.0 * rng.standard_normal(shape)).astype(np.float32)
        sides: dict[str, Callable[[Array], Any]] = {
            "textbook, NumPy": lambda x, axis=axis: textbook(x, axis),
            "textbook, JAX": jax_textbook(axis),
            **{f"ours, {device}": ours(device, axis) for device in devices},
        }
        show(title, times(sides, x, rounds))
    x = (3.0 * rng.standard_normal(2000)).astype(np.float32)
    sides = {"textbook, NumPy": lambda x: textbook_jacobian(x, 0)}
    for device in devices:
        sides[f"ours, {device}"] = lambda x, device=device: (
            actviz.softmax(x, device=device).jacobian
        )
    show("Jacobian of 2,000", times(sides, x, rounds))


if __name__ == "__main__":
    main()
