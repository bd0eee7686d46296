"""Greek letters: their names, as parameters are called, and how words and labels show them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

GREEK: Mapping[str, str] = MappingProxyType(
    {
        "alpha": "α",
        "beta": "β",
        "gamma": "γ",
        "delta": "δ",
        "epsilon": "ε",
        "eta": "η",
        "theta": "θ",
        "kappa": "κ",
        "lambda": "λ",
        "mu": "μ",
        "nu": "ν",
        "rho": "ρ",
        "sigma": "σ",
        "tau": "τ",
        "phi": "φ",
        "psi": "ψ",
        "omega": "ω",
    }
)


def letter_of(name: str) -> str:
    """Give the Greek letter that a parameter is called after, or the name."""
    return GREEK.get(name, name)


def symbol_letter(symbol: str) -> str:
    r"""Write a LaTeX symbol as a letter: \alpha as α, \varepsilon as ε; others as they are."""
    return GREEK.get(symbol.removeprefix("\\").removeprefix("var"), symbol)
