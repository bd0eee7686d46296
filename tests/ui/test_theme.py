from __future__ import annotations

import itertools

import pytest
from PySide6.QtGui import QColor, QFontDatabase, QFontInfo
from pytestqt.qtbot import QtBot

from actviz.pins import MOST_PINS
from actviz.ui import theme as themes
from actviz.ui.theme import DARK, LIGHT, Appearance, Theme

BOTH = pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)


def luminance(colour: str) -> float:
    """Relative luminance after WCAG 2.1."""
    channels = (QColor(colour).redF(), QColor(colour).greenF(), QColor(colour).blueF())
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_the_contrast_of_black_on_white_is_known() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@BOTH
def test_text_can_be_read_on_everything_it_stands_on(theme: Theme) -> None:
    inks = [theme.text, theme.dim, theme.f, theme.df, theme.danger, theme.string, theme.number]
    inks += [style.colour for style in theme.pins]
    for ink, paper in itertools.product(inks, [theme.ground, theme.panel, theme.field]):
        assert contrast(ink, paper) >= 4.5, (ink, paper)
    assert contrast(theme.danger, theme.shade) >= 4.5
    assert contrast(theme.on_f, theme.f) >= 4.5
    assert contrast(theme.text, theme.hover) >= 4.5
    assert contrast(theme.axis, theme.panel) >= 3


@BOTH
def test_pinned_curves_differ_by_colour_and_by_dash(theme: Theme) -> None:
    assert len(theme.pins) == MOST_PINS
    assert len({style.colour for style in theme.pins} | {theme.f, theme.df}) == MOST_PINS + 2
    assert len({style.dash for style in theme.pins}) == MOST_PINS


def test_a_look_is_found_by_name_or_refused() -> None:
    assert themes.theme_named("dark") is DARK
    with pytest.raises(ValueError, match="theme: 'blue' is not allowed; it must be dark or light"):
        themes.theme_named("blue")


def test_the_typefaces_come_with_the_program(qtbot: QtBot) -> None:
    themes.load_fonts()
    assert {"Inter", "JetBrains Mono"} <= set(QFontDatabase.families())
    assert QFontInfo(themes.font()).family() == "Inter"
    assert QFontInfo(themes.mono_font()).fixedPitch()


def test_a_choice_changes_the_look_once(qtbot: QtBot) -> None:
    appearance = Appearance("dark")
    assert appearance.theme is DARK
    seen: list[Theme] = []
    appearance.changed.connect(seen.append)
    appearance.choose("light")
    appearance.choose("light")
    assert seen == [LIGHT]
    assert appearance.choice == "light"


def test_the_palette_holds_no_foreign_colour(qtbot: QtBot) -> None:
    from PySide6.QtGui import QPalette

    colours = themes.palette(LIGHT)
    assert colours.color(QPalette.ColorRole.Text).name() == LIGHT.text
    assert colours.color(QPalette.ColorRole.Window).name() == LIGHT.ground
