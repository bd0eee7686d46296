"""Values as they stand in fields: written and read in the user's locale, stored in C's.

Labels show values in the same way. A number is shown with a true minus sign and powers of ten,
and so that reading it gives the very same number. The decimal point of C is read in every locale
where it cannot be taken for a separator of thousands.
"""

from __future__ import annotations

import re
from fractions import Fraction

from PySide6.QtCore import QLocale

from actviz.activations.own import OwnFormula
from actviz.param import Domain, Integer, Real, Sizes, Text, Value, Vector, refuse, text_of
from actviz.ui.axis import power_of_ten

_LONGEST_DECIMAL = 9
_LARGEST_DENOMINATOR = 99
_DIRECTION_MARKS = "\u200e\u200f\u061c"
_POWER = re.compile("[·×]10(⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)")
_RAISED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
_THOUSANDS = re.compile(r"[+−-]?[1-9]\d{0,2}([.,]\d{3})+")


def shown(value: Value, domain: Domain) -> str:
    """Write a value as fields and labels show it: 3 × 3, −0,7 (in German), 1/6, 1·10³⁰, none."""
    if isinstance(domain, Sizes) and isinstance(value, tuple):
        return " × ".join(_local(str(item)) for item in value)
    if isinstance(value, tuple):
        return "; ".join(_number(item) for item in value)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _number(value)
    return text_of(value)


def typed(text: str, domain: Domain, where: str) -> Value:
    """Read what was typed into a field.

    Raises
    ------
    ValueError
        With the place, what was typed and what is allowed.
    """
    if isinstance(domain, (Text, OwnFormula)):
        return domain.parse(text, where)
    if isinstance(domain, (Real, Integer)):
        return domain.parse(_from_local(text, text, domain, where), where)
    if isinstance(domain, Vector):
        parts = [part for part in re.split(_separators(), text.strip()) if part]
        read = (_from_local(part, text, domain, where) for part in parts)
        return domain.parse("; ".join(read), where)
    return domain.parse(_digits(text), where)


def _number(value: float) -> str:
    text = text_of(value)
    if len(text) > _LONGEST_DECIMAL and isinstance(value, float):
        fraction = Fraction(value).limit_denominator(_LARGEST_DENOMINATOR)
        if fraction.denominator > 1 and float(fraction) == value:
            return _local(f"{fraction.numerator}/{fraction.denominator}")
    mantissa, _, exponent = text.partition("e")
    power = f"·{power_of_ten(int(exponent))}" if exponent else ""
    return _local(mantissa) + power


def _local(text: str) -> str:
    """Put a number of C's locale into the user's: point, minus sign and digits."""
    locale = QLocale()
    zero = ord(locale.zeroDigit())
    table = {ord("0") + digit: chr(zero + digit) for digit in range(10)}
    minus = locale.negativeSign().replace("-", "−")
    return text.translate(table | {ord("."): locale.decimalPoint(), ord("-"): minus})


def _digits(text: str) -> str:
    """Put the user's digits and minus sign into C's."""
    locale = QLocale()
    zero = ord(locale.zeroDigit())
    table: dict[int, str | None] = {zero + digit: str(digit) for digit in range(10)}
    table |= {ord(letter): "-" for letter in locale.negativeSign() if letter.isprintable()}
    table |= dict.fromkeys(map(ord, _DIRECTION_MARKS))
    return _POWER.sub(_exponent, text).translate(table)


def _exponent(power: re.Match[str]) -> str:
    return "e" + power[1].translate(_RAISED)


def _separators() -> str:
    """Say what divides the numbers of a list; a comma with a digit behind it may be decimal."""
    return r"[;\s]|,(?!\d)" if QLocale().decimalPoint() == "," else r"[,;]|\s"


def _from_local(text: str, whole: str, domain: Domain, where: str) -> str:
    point = QLocale().decimalPoint()
    plain = _digits(text).strip()
    if point == ".":
        return plain
    if "." in plain and (point in plain or _THOUSANDS.fullmatch(plain)):
        # 1.000 is a thousand to one reader and one to another
        raise refuse(where, whole, f"{domain.describe()}, written with “{point}” and no “.”")
    return plain.replace(point, ".")
