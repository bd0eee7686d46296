"""The two looks of the window: every colour, the typefaces, and what follows the system.

Text keeps a contrast of at least 4.5 : 1 to what it stands on; curves differ by dash as well as
by colour.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QWidget

from actviz.param import refuse
from actviz.resources import resource

FAMILY = "Inter"
MONO_FAMILY = "JetBrains Mono"
TEXT_SIZE = 13
SMALL_SIZE = 12
_FILES = ("Inter-Regular.otf", "Inter-Medium.otf", "Inter-SemiBold.otf")
_MONO_FILES = ("JetBrainsMono-Regular.ttf",)


@dataclass(frozen=True, slots=True)
class CurveStyle:
    """How a pinned curve is drawn: its colour, and dashes and gaps in line widths."""

    colour: str
    dash: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Theme:
    """All colours of one look, written "#rrggbb".

    Parameters
    ----------
    name
        "dark" or "light".
    ground, panel, field, hover, border
        What the window, a panel, a field or selected row, a thing under the mouse and an edge
        are filled with.
    text, dim
        Main and secondary text, readable on ground, panel and field.
    f, df
        The accents of f and f′, for lines and text alike; f is also the accent of controls.
    on_f
        Text on a surface filled with `f`.
    danger, shade
        Refusals and saturation as text, and the fill of a saturated region.
    grid, axis, cross
        Lines of the plot: grid, frame and ticks, crosshair and zero.
    string, number
        Tints of JSON text.
    pins
        The styles of pinned curves; a `Pin.style` is an index into it.
    """

    name: str
    ground: str
    panel: str
    field: str
    hover: str
    border: str
    text: str
    dim: str
    f: str
    df: str
    on_f: str
    danger: str
    shade: str
    grid: str
    axis: str
    cross: str
    string: str
    number: str
    pins: tuple[CurveStyle, ...]

    @property
    def dark(self) -> bool:
        """Whether this is a dark look."""
        return self.name == "dark"


_DASHES: tuple[tuple[float, ...], ...] = (
    (7.0, 4.0),
    (1.2, 2.2),
    (9.0, 2.5, 1.5, 2.5),
    (15.0, 4.0),
    (3.0, 3.0),
    (6.0, 2.5, 1.5, 2.5, 1.5, 2.5),
    (1.5, 5.0),
    (12.0, 2.5, 3.0, 2.5),
)


def _styles(*colours: str) -> tuple[CurveStyle, ...]:
    return tuple(CurveStyle(*pair) for pair in zip(colours, _DASHES, strict=True))


DARK = Theme(
    name="dark",
    ground="#0f1419",
    panel="#171d25",
    field="#1e2630",
    hover="#27313d",
    border="#2a3441",
    text="#e6edf3",
    dim="#97a4b4",
    f="#4cc2ff",
    df="#ffb454",
    on_f="#0f1419",
    danger="#ff7b7b",
    shade="#322830",
    grid="#242c35",
    axis="#8b98a8",
    cross="#aeb9c6",
    string="#8fd6a3",
    number="#ffb454",
    pins=_styles(
        "#7ee787", "#d2a8ff", "#ff9bd0", "#e6d56b", "#56d4c0", "#ff8f7a", "#a5b8ff", "#c3cbd4"
    ),
)

LIGHT = Theme(
    name="light",
    ground="#f6f7f9",
    panel="#ffffff",
    field="#f0f2f5",
    hover="#e4e8ee",
    border="#d5dbe3",
    text="#1b2430",
    dim="#566072",
    f="#006ba8",
    df="#b04a00",
    on_f="#ffffff",
    danger="#b92525",
    shade="#f9ebe9",
    grid="#e9ebef",
    axis="#667085",
    cross="#485365",
    string="#176b31",
    number="#a84600",
    pins=_styles(
        "#17752f", "#7a48d6", "#b32f7f", "#746000", "#0b6f78", "#b3382c", "#4459c9", "#555f6c"
    ),
)

THEMES = {theme.name: theme for theme in (DARK, LIGHT)}


def theme_named(name: str) -> Theme:
    """Find a look by its name; raises a ValueError that lists the names."""
    if name not in THEMES:
        raise refuse("theme", name, " or ".join(THEMES))
    return THEMES[name]


class Appearance(QObject):
    """The look in use: the system's, until the person chooses dark or light."""

    changed = Signal(object)
    """Emitted with the new Theme."""

    def __init__(self, choice: str = "system", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._choice = choice
        self._theme = self._wanted()
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._follow)

    @property
    def theme(self) -> Theme:
        """The look in use."""
        return self._theme

    @property
    def choice(self) -> str:
        """What the person chose: system, dark or light."""
        return self._choice

    def choose(self, choice: str) -> None:
        """Follow the system, or stay dark or light."""
        self._choice = choice
        self._follow()

    def _wanted(self) -> Theme:
        if self._choice in THEMES:
            return THEMES[self._choice]
        scheme = QGuiApplication.styleHints().colorScheme()
        return LIGHT if scheme == Qt.ColorScheme.Light else DARK

    def _follow(self) -> None:
        wanted = self._wanted()
        if wanted != self._theme:
            self._theme = wanted
            self.changed.emit(wanted)


@cache
def load_fonts() -> None:
    """Make the typefaces that come with the program known to Qt; needs a QGuiApplication."""
    for name in (*_FILES, *_MONO_FILES):
        QFontDatabase.addApplicationFont(str(resource("fonts", name)))


def font(size: int = TEXT_SIZE, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """Give the text typeface with digits of one width; `size` in device-independent pixels."""
    return _font(FAMILY, size, weight)


def zoom_of(widget: QWidget) -> float:
    """Tell how many times as large as usual the text of a widget is."""
    return widget.font().pixelSize() / TEXT_SIZE


def mono_font(size: int = TEXT_SIZE) -> QFont:
    """Give the typeface of code; `size` in device-independent pixels."""
    chosen = _font(MONO_FAMILY, size, QFont.Weight.Normal)
    chosen.setStyleHint(QFont.StyleHint.Monospace)
    return chosen


def _font(family: str, size: int, weight: QFont.Weight) -> QFont:
    chosen = QFont(family)
    chosen.setPixelSize(size)
    chosen.setWeight(weight)
    chosen.setFeature(QFont.Tag("tnum"), 1)
    return chosen


def palette(theme: Theme) -> QPalette:
    """Give the colours for what the stylesheet does not reach: dialogs, tool tips, selections."""
    roles = {
        QPalette.ColorRole.Window: theme.ground,
        QPalette.ColorRole.Base: theme.field,
        QPalette.ColorRole.AlternateBase: theme.panel,
        QPalette.ColorRole.Button: theme.field,
        QPalette.ColorRole.WindowText: theme.text,
        QPalette.ColorRole.Text: theme.text,
        QPalette.ColorRole.ButtonText: theme.text,
        QPalette.ColorRole.BrightText: theme.danger,
        QPalette.ColorRole.ToolTipBase: theme.field,
        QPalette.ColorRole.ToolTipText: theme.text,
        QPalette.ColorRole.PlaceholderText: theme.dim,
        QPalette.ColorRole.Highlight: theme.f,
        QPalette.ColorRole.HighlightedText: theme.on_f,
        QPalette.ColorRole.Link: theme.f,
        QPalette.ColorRole.Accent: theme.f,
        QPalette.ColorRole.Mid: theme.border,
    }
    colours = QPalette()
    for role, colour in roles.items():
        colours.setColor(role, QColor(colour))
    for role in (
        QPalette.ColorRole.WindowText,
        QPalette.ColorRole.Text,
        QPalette.ColorRole.ButtonText,
    ):
        colours.setColor(QPalette.ColorGroup.Disabled, role, QColor(theme.dim))
    return colours
