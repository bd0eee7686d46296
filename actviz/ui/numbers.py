"""Numbers as a reader sees them: in the user's locale, with a true minus sign."""

from __future__ import annotations

import math

from PySide6.QtCore import QLocale

from actviz.ui.axis import power_of_ten


def _locale() -> QLocale:
    locale = QLocale()
    locale.setNumberOptions(QLocale.NumberOption.OmitGroupSeparator)
    return locale


def decimals(value: float, places: int) -> str:
    """Write a number with so many decimals."""
    locale = _locale()
    text = locale.toString(abs(value), "f", places)
    return "−" + text if value < 0 and any(letter in "123456789" for letter in text) else text


def significant(value: float, digits: int = 6) -> str:
    """Write a number with up to so many significant digits, and none that say nothing.

    Very large and very small ones get a power of ten: "1.5·10⁻⁹".
    """
    if not math.isfinite(value):
        return "not defined" if math.isnan(value) else "−∞" if value < 0 else "∞"
    if value == 0:
        return "0"
    mantissa, exponent = f"{abs(value):.{digits - 1}e}".split("e")
    power = int(exponent)
    sign = "−" if value < 0 else ""
    if -5 <= power < max(digits, 6):
        places = max(digits - 1 - power, 0)
        return sign + _shown(f"{abs(value):.{places}f}")
    return f"{sign}{_shown(mantissa)}·{power_of_ten(power)}"


def _shown(text: str) -> str:
    """Drop trailing zeros of a decimal number and write it in the user's locale."""
    whole, _, fraction = text.partition(".")
    fraction = fraction.rstrip("0")
    return _locale().toString(float(f"{whole}.{fraction}"), "f", len(fraction))


def signed(value: float, digits: int = 3) -> str:
    """Write a number with its sign: "+0.11"."""
    return ("+" if value > 0 else "") + significant(value, digits)
