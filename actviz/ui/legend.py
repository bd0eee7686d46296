"""The names of the curves: the one in the slot, and under it those that are pinned."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPainter, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QInputDialog,
    QLabel,
    QMenu,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from actviz.pins import Pin
from actviz.ui.elided import Elided, draw_elided
from actviz.ui.look import Look
from actviz.ui.plot_items import Stroke
from actviz.ui.theme import zoom_of

_SAMPLE = QSize(44, 12)
"""Wide enough for every dash and its gap."""
_CLEAR = 5
"""Pixels between a sample and the name beside it: a dash there reads as a part of it."""
_FRAME = 30
"""Pixels of a button that its words cannot have, beside the sample of the line."""
_HINT = "click to show or hide, right-click to rename or unpin, or for the difference"
_BESIDE, _STEP = 6, 32
"""Pixels between the live curve's sample and its name, and by which its room grows."""


def sample_of(stroke: Stroke, scale: float) -> QPixmap:
    """Draw a short piece of a line: its colour and its dashes."""
    pixmap = QPixmap(_SAMPLE * scale)
    pixmap.setDevicePixelRatio(scale)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(stroke.pen())
    middle = _SAMPLE.height() / 2
    painter.drawLine(QPointF(0, middle), QPointF(_SAMPLE.width() - _CLEAR, middle))
    painter.end()
    return pixmap


class Name(QLabel):
    """A line of text that ends in "…" where it has no room, and is whole in its tool tip."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._whole = self._short = ""
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setTextFormat(Qt.TextFormat.PlainText)

    def show_name(self, text: str, short: str = "") -> None:
        """Show another text, or the `short` one where it has no room."""
        self._whole, self._short = text, short
        self.setToolTip(text)
        self._elide()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Use the new room."""
        super().resizeEvent(event)
        self._elide()

    def _elide(self) -> None:
        metrics, mode = self.fontMetrics(), Qt.TextElideMode.ElideRight
        fits = metrics.horizontalAdvance(self._whole) <= self.width()
        text = self._whole if fits or not self._short else self._short
        self.setText(metrics.elidedText(text, mode, self.width()))


class Live(Elided):
    """The name of the curve that moves, with a sample of its line."""

    def __init__(self, look: Look) -> None:
        super().__init__("Curve shown")
        self.set_look(look)

    def set_look(self, look: Look) -> None:
        """Take the colours of another theme."""
        self._stroke = Stroke(look.f)
        self.refresh()

    def refresh(self) -> None:
        """Draw the sample anew, as large as the words are."""
        self._sample = sample_of(self._stroke, self.devicePixelRatioF() * zoom_of(self))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the sample and, beside it, what there is room for."""
        painter, zoom = QPainter(self), zoom_of(self)
        painter.scale(zoom, zoom)
        painter.drawPixmap(0, int(self.height() / zoom - _SAMPLE.height()) // 2, self._sample)
        painter.end()
        room = self.rect().adjusted(round((_SAMPLE.width() + _BESIDE) * zoom), 0, 0, 0)
        draw_elided(self, self.text(), room)


class Legend(QWidget):
    """A button for each pinned curve, with a sample of its line.

    A button shows or hides its curve; its menu renames or unpins it, or draws the difference to it.
    """

    shown = Signal(int, bool)
    renamed = Signal(int, str)
    unpinned = Signal(int)
    compared = Signal(int, bool)

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._pins: tuple[Pin, ...] = ()
        self._buttons: list[QToolButton] = []
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(4)
        self.live = Live(look)
        self._row.addWidget(self.live, 1000)
        self._row.addStretch(1)
        self.setVisible(False)

    @property
    def buttons(self) -> list[QToolButton]:
        """The buttons of the pinned curves, in their order."""
        return self._buttons[: len(self._pins)]

    def show_pins(self, pins: Sequence[Pin]) -> None:
        """Show these curves; idempotent."""
        if tuple(pins) != self._pins:
            self._pins = tuple(pins)
            self._fill()
            self.setVisible(bool(pins))

    def show_live(self, name: str) -> None:
        """Name the curve that the pinned ones are compared to."""
        if name != self.live.text():
            self.live.show_text(name)
            self._fit_live()

    def _fit_live(self) -> None:
        """Give the live curve's name its share, in steps: a layout at each digit is too slow."""
        words = -(-self.live.fontMetrics().horizontalAdvance(self.live.text()) // _STEP) * _STEP
        beside = round((_SAMPLE.width() + _BESIDE) * zoom_of(self))
        self.live.setMaximumWidth(beside + min(words, self._share))

    @property
    def _share(self) -> int:
        """How many pixels each name may have."""
        taken = round((_SAMPLE.width() + _FRAME) * zoom_of(self))
        return max(self.width() // (len(self._pins) + 1) - taken, 0)

    def set_look(self, look: Look) -> None:
        """Take the colours of another theme."""
        self._look = look
        self.live.set_look(look)
        self._fill()

    def changeEvent(self, event: QEvent) -> None:
        """Draw the samples as large as the words."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.live.refresh()
            self._fill()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Divide the room among the names."""
        super().resizeEvent(event)
        self._elide()

    def _fill(self) -> None:
        """Let each button show its curve; those without one wait hidden."""
        scale = self.devicePixelRatioF() * zoom_of(self)
        while len(self._buttons) < len(self._pins):
            self._buttons.append(self._new_button(len(self._buttons)))
        for button in self._buttons[len(self._pins) :]:
            button.hide()
        for button, pin in zip(self.buttons, self._pins, strict=True):
            button.setIcon(QIcon(sample_of(self._look.pin(pin.style), scale)))
            button.setChecked(pin.visible)
            words = button.font()
            words.setStrikeOut(not pin.visible)
            button.setFont(words)
            button.setToolTip(f"{pin.label}: {_HINT}")
            button.setAccessibleName(f"Pinned curve {pin.label}")
            button.show()
        self._elide()

    def _elide(self) -> None:
        self._fit_live()
        for button, pin in zip(self.buttons, self._pins, strict=True):
            mode = Qt.TextElideMode.ElideRight
            button.setText(button.fontMetrics().elidedText(pin.label, mode, self._share))

    def _new_button(self, index: int) -> QToolButton:
        button = QToolButton(self)
        button.setCheckable(True)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setIconSize(_SAMPLE)
        button.setMinimumWidth(_SAMPLE.width())
        button.clicked.connect(lambda visible: self.shown.emit(index, visible))
        button.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        button.customContextMenuRequested.connect(
            lambda point: self.menu_of(index).popup(button.mapToGlobal(point))
        )
        self._row.insertWidget(index + 1, button)
        return button

    def menu_of(self, index: int) -> QMenu:
        """Make the menu of a pinned curve."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Rename…").triggered.connect(lambda: self._rename(index))
        menu.addAction("Unpin").triggered.connect(lambda: self.unpinned.emit(index))
        difference = menu.addAction("Difference to it")
        difference.setCheckable(True)
        difference.setChecked(self._pins[index].compared)
        difference.triggered.connect(lambda on: self.compared.emit(index, on))
        return menu

    def _rename(self, index: int) -> None:
        old = self._pins[index].label
        label, accepted = QInputDialog.getText(self, "Rename", "Name of the curve", text=old)
        if accepted and label.strip() and label != old:
            self.renamed.emit(index, label.strip())
