"""Small controls that forms are made of: a field, a slider over numbers, a row of choices."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QSlider,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionSlider,
    QWidget,
)

from actviz.ui.theme import zoom_of

_LONGEST_SEEN = 8
_FEWEST_STEPS = 200
_WHEEL_REST = 400
"""Milliseconds without a notch after which turning the wheel counts as finished."""


class Field(QLineEdit):
    """A line of text that is taken over on Enter or when the focus leaves, not at each letter."""

    committed = Signal(str)
    """Emitted with the text that the user has finished typing."""
    restored = Signal()
    """Emitted when a text gives way to the value: on Escape, and when one that was refused
    is left."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown = ""
        self.setAcceptDrops(False)  # files are dropped on the window

    def show_text(self, text: str) -> None:
        """Show a new value; what is being typed stays while the value does."""
        if text != self._shown or not self.isModified():
            self.restore(text)

    def restore(self, text: str | None = None) -> None:
        """Show the value again, or another one, whatever was typed."""
        self._shown = self._shown if text is None else text
        if self.text() != self._shown:
            self.setText(self._shown)
            self.setCursorPosition(0)
        self.setModified(False)
        tip = self._shown if len(self._shown) > _LONGEST_SEEN else ""
        if tip != self.toolTip():
            self.setToolTip(tip)

    @property
    def wrong(self) -> bool:
        """Whether the last text was refused, and nothing has been typed since."""
        return bool(self.property("wrong"))

    def mark(self, wrong: bool) -> None:
        """Show by the frame whether the text was refused."""
        if self.wrong != wrong:
            self.setProperty("wrong", wrong)
            self.style().unpolish(self)
            self.style().polish(self)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take the text over on Enter; Escape brings the value back."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._commit()
            self.selectAll()
        elif event.key() == Qt.Key.Key_Escape and (self.isModified() or self.wrong):
            self.restore()
            self.mark(False)
            self.restored.emit()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the text over; one that is or was refused gives way to the value."""
        if event.reason() not in (
            Qt.FocusReason.PopupFocusReason,
            Qt.FocusReason.ActiveWindowFocusReason,
        ):
            if self.wrong:
                self.restored.emit()
            else:
                self._commit()
            self.restore()
        super().focusOutEvent(event)

    def event(self, event: QEvent) -> bool:
        """Leave undo and redo to the document unless there is typing to take back."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and not self.isModified()
            and (
                event.matches(QKeySequence.StandardKey.Undo)
                or event.matches(QKeySequence.StandardKey.Redo)
            )
        ):
            event.ignore()
            return False
        return super().event(event)

    def _commit(self) -> None:
        if self.isModified():
            self.committed.emit(self.text())


def nice_step(low: float, high: float) -> float:
    """Give the power of ten that divides a range into at least 200 steps."""
    return 10.0 ** math.floor(math.log10((high - low) / _FEWEST_STEPS))


class FloatSlider(QSlider):
    """A slider over real numbers, in decimal steps; a tick marks the default.

    Numbers outside the range put the handle to the end and are left alone.
    """

    moved = Signal(float)
    """Emitted with the number when the user moves the handle, in any way."""
    finished = Signal()
    """Emitted when the user lets go of the handle, the key or the wheel."""

    def __init__(self, low: float, high: float, default: float | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._low = low
        self._step = nice_step(low, high)
        self._digits = max(0, -round(math.log10(self._step)))
        self._default = default
        self._rest = QTimer(self, singleShot=True, interval=_WHEEL_REST)
        self._rest.timeout.connect(self.finished)
        count = round((high - low) / self._step)
        self.setRange(0, count)
        self.setSingleStep(max(1, round(count / 100)))
        self.setPageStep(max(1, round(count / 10)))
        self.setMinimumWidth(44)
        self.valueChanged.connect(lambda position: self.moved.emit(self.number(position)))
        self.sliderReleased.connect(self.finished)

    def number(self, position: int) -> float:
        """Give the number that stands at a position, without binary dust."""
        return round(self._low + position * self._step, self._digits)

    def position(self, number: float) -> int:
        """Give the position nearest to a number."""
        nearest = (
            min(max(number, self._low), self.number(self.maximum())) - self._low
        ) / self._step
        return min(max(round(nearest), 0), self.maximum())

    def show_number(self, number: float | None) -> None:
        """Put the handle to a number, at the right end for none, without telling anybody."""
        position = self.maximum() if number is None else self.position(number)
        if position != self.value():
            self.blockSignals(True)
            self.setValue(position)
            self.blockSignals(False)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the handle to where the mouse is, and let it be dragged from there."""
        if event.button() == Qt.MouseButton.LeftButton:
            option = QStyleOptionSlider()
            self.initStyleOption(option)
            handle = self.style().subControlRect(
                QStyle.ComplexControl.CC_Slider, option, QStyle.SubControl.SC_SliderHandle, self
            )
            if not handle.contains(event.position().toPoint()):
                self.setValue(self._position_at(event.position().x(), handle.width()))
        super().mousePressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """End a step when the key is let go."""
        super().keyReleaseEvent(event)
        if not event.isAutoRepeat():
            self.finished.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Move the handle; a burst of notches is one step."""
        super().wheelEvent(event)
        event.accept()
        self._rest.start()

    def _position_at(self, x: float, handle: float) -> int:
        return QStyle.sliderValueFromPosition(
            self.minimum(), self.maximum(), round(x - handle / 2), round(self.width() - handle)
        )

    def sizeHint(self) -> QSize:
        """Leave room for the handle and its focus ring."""
        return QSize(120, 24) * zoom_of(self)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw groove, tick and handle in the palette's colours."""
        colours = self.palette()
        accent = colours.color(QPalette.ColorRole.Highlight)
        zoom = zoom_of(self)
        radius = 7.0 * zoom
        middle = self.height() / 2 + 0.0
        left, right = radius + 2, self.width() - radius - 2

        def across(position: int) -> float:
            return left + (right - left) * position / max(self.maximum(), 1)

        at = across(self.sliderPosition())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colours.color(QPalette.ColorRole.Mid))
        painter.drawRoundedRect(QRectF(left, middle - 2 * zoom, right - left, 4 * zoom), 2, 2)
        if self._default is not None:
            tick = across(self.position(self._default))
            painter.drawRect(QRectF(tick - 1, middle - 6 * zoom, 2, 12 * zoom))
        painter.setBrush(accent)
        painter.drawRoundedRect(QRectF(left, middle - 2 * zoom, at - left, 4 * zoom), 2, 2)
        painter.setBrush(colours.color(QPalette.ColorRole.WindowText))
        painter.drawEllipse(QPointF(at, middle), radius, radius)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(accent, 2))
            painter.drawEllipse(QPointF(at, middle), radius + 1.5, radius + 1.5)
        painter.end()


class Combo(QComboBox):
    """A combo box that the wheel changes only when it has the focus, so that panels scroll."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(6)
        self.setItemDelegate(QStyledItemDelegate(self))  # the one that the stylesheet reaches

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Change the choice, or let the panel scroll."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class Segments(QWidget):
    """A few choices side by side, one of them chosen."""

    chosen = Signal(str)
    """Emitted with the word that the user chose."""

    def __init__(self, options: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._group = QButtonGroup(self)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        for option in options:
            button = QPushButton(option)
            button.setCheckable(True)
            button.setProperty("look", "segment")
            button.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
            self._group.addButton(button)
            layout.addWidget(button)
        self._group.buttonClicked.connect(self._tell)

    def show_choice(self, option: str) -> None:
        """Mark the chosen word without telling anybody."""
        for button in self._group.buttons():
            if button.text() == option:
                button.setChecked(True)

    def buttons(self) -> dict[str, QAbstractButton]:
        """Give the buttons by their words."""
        return {button.text(): button for button in self._group.buttons()}

    def _tell(self, button: QAbstractButton) -> None:
        self.chosen.emit(button.text())
