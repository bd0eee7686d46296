"""One editor for each kind of domain: what a `Param` may be decides what edits it.

Every editor shows a value with `show_value`, tells `edited` with a new one that its domain allows,
`finished` when that or a drag is over, `refused` with the sentence for one that is not allowed,
and `relented` when such a one is no longer there to be read.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QBoxLayout, QCheckBox, QHBoxLayout, QPushButton, QWidget

from actviz.layers.named import Named, spelled
from actviz.param import NONE, Choice, Flag, Integer, Param, Real, Value, Vector
from actviz.ui.controls import Combo, Field, FloatSlider, Segments
from actviz.ui.icons import icon
from actviz.ui.typed import shown, typed

_MOST_SEGMENTS = 3
_NUMBER_WIDTH = 80
_TOOL = 24
_FARTHEST = 32
"""How far a step goes at most, over numbers that are not allowed."""


class Editor(QWidget):
    """What all editors have in common; `focus` is the widget that a label leads to."""

    edited = Signal(object)
    finished = Signal()
    refused = Signal(str)
    relented = Signal()

    def __init__(self, param: Param, place: str) -> None:
        super().__init__()
        self.param = param
        self.place = place
        self.value: Value = param.default
        self.focus: QWidget = self
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(4)

    def show_value(self, value: Value) -> None:
        """Show a value without telling anybody."""
        self.value = value

    def mark(self, wrong: bool) -> None:
        """Show by a red frame whether the last input was refused."""

    def restore(self) -> None:
        """Let what was typed give way to the value."""

    def _tell(self, value: object) -> None:
        """Tell a value that is a step of its own, unlike those that a slider passes through."""
        self.edited.emit(value)
        self.finished.emit()

    def sentence(self, text: str, error: ValueError) -> str:
        """Say why a text is refused."""
        return str(error)

    def _take(self, text: str, field: Field) -> None:
        """Take over what was typed into a field, or say why not."""
        where = f"{self.place}.{self.param.name}" if self.place else self.param.name
        try:
            value = typed(text, self.param.domain, where)
        except ValueError as error:
            self.refused.emit(self.sentence(text, error))
            return
        self._tell(value)
        if value == self.value and not field.wrong:
            field.restore()  # "1.50" gives way to how the value is written

    def _put(self, *widgets: QWidget) -> None:
        for widget in widgets:
            widget.setAccessibleName(self.param.name)
            widget.setAccessibleDescription(self.param.doc)
            self._layout.addWidget(widget)


class FieldEditor(Editor):
    """A line of text: sizes, vectors, names, and numbers without a slider."""

    def __init__(self, param: Param, place: str, field: Field | None = None) -> None:
        super().__init__(param, place)
        self.field = field or Field()
        self.field.committed.connect(self._commit)
        self.field.restored.connect(self.relented)
        self.field.textEdited.connect(self.relented)
        self.focus = self.field
        self._put(self.field)

    def show_value(self, value: Value) -> None:
        """Show the value in the user's locale."""
        super().show_value(value)
        self.field.show_text(shown(value, self.param.domain))

    def mark(self, wrong: bool) -> None:
        """Frame the field."""
        self.field.mark(wrong)

    def restore(self) -> None:
        """Show the value in the field."""
        self.field.restore()

    def _commit(self, text: str) -> None:
        self._take(text, self.field)


class NumberEditor(FieldEditor):
    """A slider and an exact field; a box for none where the number is optional."""

    def __init__(self, param: Param, place: str) -> None:
        super().__init__(param, place)
        assert param.slider is not None
        default = param.default if isinstance(param.default, (int, float)) else None
        self.slider = FloatSlider(*param.slider, default)
        self.slider.setAccessibleName(param.name)
        self.slider.setAccessibleDescription(param.doc)
        self.slider.moved.connect(self._drag)
        self.slider.finished.connect(self.finished)
        self.none: QCheckBox | None = None
        self._number = sum(param.slider) / 2
        self.field.setFixedWidth(_NUMBER_WIDTH)
        self.field.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._layout.insertWidget(0, self.slider, 1)
        if isinstance(param.domain, Real) and param.domain.optional:
            self.none = QCheckBox(NONE)
            self.none.setAccessibleName(f"{param.name}: none")
            self.none.clicked.connect(self._choose_none)
            self._layout.insertWidget(0, self.none)

    def show_value(self, value: Value) -> None:
        """Show the number in the field, on the slider and in the box."""
        super().show_value(value)
        number = float(value) if isinstance(value, (int, float)) else None
        self.slider.show_number(number)
        if number is not None:
            self._number = number
        if self.none is not None:
            self.none.setChecked(number is None)

    def _drag(self, number: float) -> None:
        self.edited.emit(number)

    def _choose_none(self, chosen: bool) -> None:
        self._tell(None if chosen else self._number)


class IntegerEditor(FieldEditor):
    """A field for a whole number with a step down and a step up."""

    def __init__(self, param: Param, place: str) -> None:
        super().__init__(param, place)
        self.steps = {-1: tool_button("minus", "one less"), 1: tool_button("plus", "one more")}
        for step, button in self.steps.items():
            button.setAccessibleName(f"{param.name}: {button.toolTip()}")
            button.clicked.connect(partial(self._step, step))
            self._layout.addWidget(button)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Step with the arrow keys, as the field does not want them."""
        steps = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}
        if event.key() in steps:
            self._step(steps[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)

    def _step(self, step: int) -> None:
        """Go to the next number that is allowed; numbers that are not are stepped over."""
        number = self.value if isinstance(self.value, int) else 0
        if not any(self._try(number + far * step) for far in range(1, _FARTHEST + 1)):
            self._try(number + step)  # the sentence is about the neighbour

    def _try(self, number: int) -> bool:
        try:
            value = self.param.check(number, self.place)
        except ValueError as error:
            self.refused.emit(str(error))
            return False
        self._tell(value)
        return not self.field.wrong


class VectorEditor(FieldEditor):
    """A field for a list of numbers, with one less and one more."""

    def __init__(self, param: Param, place: str) -> None:
        super().__init__(param, place)
        self.fewer, self.more = tool_button("minus", "one fewer"), tool_button("plus", "one more")
        for button, change in ((self.fewer, self._drop), (self.more, self._add)):
            button.setAccessibleName(f"{param.name}: {button.toolTip()}")
            button.clicked.connect(change)
            self._layout.addWidget(button)

    def show_value(self, value: Value) -> None:
        """Show the numbers, and offer only what the domain allows."""
        super().show_value(value)
        domain = self.param.domain
        assert isinstance(domain, Vector)
        count = len(value) if isinstance(value, tuple) else 1
        self.fewer.setEnabled(count > domain.shortest)
        self.more.setEnabled(count < domain.longest)

    def _drop(self) -> None:
        assert isinstance(self.value, tuple)
        self._tell(self.value[:-1])

    def _add(self) -> None:
        assert isinstance(self.value, tuple)
        self._tell((*self.value, 0.0))


class ChoiceEditor(Editor):
    """A few words side by side, or a list that opens."""

    def __init__(self, param: Param, place: str, *, wide: bool) -> None:
        super().__init__(param, place)
        assert isinstance(param.domain, Choice)
        options = list(param.domain.options)
        self.combo: Combo | None = None
        self.segments: Segments | None = None
        if wide and not param.domain.optional and len(options) <= _MOST_SEGMENTS:
            self.segments = Segments(options)
            self.segments.chosen.connect(self._tell)
            self._put(self.segments)
            self._layout.addStretch(1)
            self.focus = next(iter(self.segments.buttons().values()))
        else:
            self.combo = Combo()
            self.combo.addItems([*([NONE] if param.domain.optional else []), *options])
            self.combo.textActivated.connect(self._choose)
            self.focus = self.combo
            self._put(self.combo)

    def show_value(self, value: Value) -> None:
        """Show the chosen word."""
        super().show_value(value)
        word = NONE if value is None else str(value)
        if self.segments is not None:
            self.segments.show_choice(word)
        if self.combo is not None:
            self.combo.setCurrentText(word)

    def _choose(self, word: str) -> None:
        self._tell(self.param.parse(word, self.place))


class NamedEditor(ChoiceEditor):
    """A list of words, and under it a field for the arguments of a word that has any."""

    def __init__(self, param: Param, place: str) -> None:
        super().__init__(param, place, wide=False)
        self.arguments = Field()
        self.arguments.setAccessibleName(f"{param.name}: arguments")
        self.arguments.committed.connect(self._commit)
        for left in (self.arguments.restored, self.arguments.textEdited):
            left.connect(self.relented)
        self._layout.setDirection(QBoxLayout.Direction.TopToBottom)
        self._layout.addWidget(self.arguments)

    def show_value(self, value: Value) -> None:
        """Show the word and its arguments; those not given stand pale in the empty field."""
        domain = self.param.domain
        assert isinstance(domain, Named)
        word, _, given = (NONE if value is None else str(value)).partition("(")
        super().show_value(None if value is None else word)
        self.value = value
        arguments = () if value is None else domain.word(word).arguments
        self.arguments.setVisible(bool(arguments))
        self.arguments.setPlaceholderText(spelled({p.name: p.default for p in arguments}))
        self.arguments.show_text(given.removesuffix(")"))
        self.arguments.setToolTip("\n".join(f"{p.name}: {p.doc}" for p in arguments))

    def mark(self, wrong: bool) -> None:
        """Frame the field."""
        self.arguments.mark(wrong)

    def restore(self) -> None:
        """Show the arguments in the field."""
        self.arguments.restore()

    def _commit(self, text: str) -> None:
        word = str(self.value).partition("(")[0]
        self._take(f"{word}({text})", self.arguments)


class FlagEditor(Editor):
    """A box that is ticked or not."""

    def __init__(self, param: Param, place: str) -> None:
        super().__init__(param, place)
        self.box = QCheckBox()
        self.box.clicked.connect(self._tell)
        self.focus = self.box
        self._put(self.box)
        self._layout.addStretch(1)

    def show_value(self, value: Value) -> None:
        """Tick the box."""
        super().show_value(value)
        self.box.setChecked(bool(value))


def editor_for(param: Param, place: str, *, wide: bool = False) -> Editor:
    """Make the editor for a parameter; `wide` where there is room for choices side by side."""
    domain = param.domain
    if isinstance(domain, Real) and param.slider is not None:
        return NumberEditor(param, place)
    if isinstance(domain, Named):
        return NamedEditor(param, place)
    if isinstance(domain, Choice):
        return ChoiceEditor(param, place, wide=wide)
    if isinstance(domain, Flag):
        return FlagEditor(param, place)
    if isinstance(domain, Integer):
        return IntegerEditor(param, place)
    if isinstance(domain, Vector):
        return VectorEditor(param, place)
    return FieldEditor(param, place)


def tool_button(name: str, tip: str) -> QPushButton:
    """Make a small square button with an icon."""
    button = QPushButton()
    button.setIcon(icon(name))
    button.setToolTip(tip)
    button.setProperty("look", "tool")
    button.setFixedSize(_TOOL, _TOOL)
    return button
