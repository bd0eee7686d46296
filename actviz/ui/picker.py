"""The list of activations: small pictures, a filter, everything by keyboard too."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QIcon, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
)

from actviz import session as document
from actviz.activations import FORMULA, LISTED, ROWS
from actviz.evaluation import Result
from actviz.param import Value
from actviz.session import Session
from actviz.ui.evaluator import Evaluator
from actviz.ui.icons import icon
from actviz.ui.store import Store
from actviz.ui.theme import Theme
from actviz.ui.thumbnails import SIZE, thumbnail, thumbnail_request

_KEY = "thumbnail "
_ROW_HEIGHT = 31
_FEWEST_ROWS = 3
_NAME = Qt.ItemDataRole.UserRole


class Picker(QFrame):
    """Chooses the activation of the edited slot."""

    def __init__(self, store: Store, evaluator: Evaluator, theme: Theme) -> None:
        super().__init__()
        self._store = store
        self._evaluator = evaluator
        self._theme = theme
        self._results: dict[str, Result] = {}
        self._own: Mapping[str, Value] = FORMULA.complete()
        self._asked = False
        self.setProperty("look", "panel")
        self.filter = self._make_filter()
        self.list = self._make_list()
        self._nothing = QLabel("No activation has that name")
        self._nothing.setProperty("look", "note")
        self._nothing.hide()
        heading = QLabel("ACTIVATION")
        heading.setProperty("look", "heading")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 10, 12, 10)
        layout.setSpacing(7)
        for widget in (heading, self.filter, self._nothing):
            layout.addWidget(widget)
        layout.addWidget(self.list, 1)
        evaluator.answered.connect(self._take)

    def show_session(self, session: Session) -> None:
        """Mark the session's activation; idempotent."""
        if session.activation == FORMULA.name:
            self._show_own(session.values)
        for item in self.items():
            if item.data(_NAME) == session.activation and item is not self.list.currentItem():
                self.list.blockSignals(True)
                self.list.setCurrentItem(item)
                self.list.blockSignals(False)

    def _show_own(self, values: Mapping[str, Value]) -> None:
        """Let the picture of the user's own formula be that of its text."""
        if values[FORMULA.name] != self._own[FORMULA.name]:
            self._own = values
            if self._asked:
                self._evaluator.ask(_KEY + FORMULA.name, thumbnail_request(FORMULA.name, values))

    def set_theme(self, theme: Theme) -> None:
        """Draw the pictures in another theme's colours."""
        self._theme = theme
        for name in self._results:
            self._draw(name)

    def ask_for_pictures(self) -> None:
        """Have the pictures computed; each appears when it is there."""
        self._asked = True
        for row in ROWS:
            self._evaluator.ask(_KEY + row.name, thumbnail_request(row.name))
        self._evaluator.ask(_KEY + FORMULA.name, thumbnail_request(FORMULA.name, self._own))

    @property
    def complete(self) -> bool:
        """Whether every activation has its picture."""
        return len(self._results) == len(LISTED)

    def items(self) -> list[QListWidgetItem]:
        """Give all items, hidden ones too, from top to bottom."""
        return [self.list.item(index) for index in range(self.list.count())]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the arrow keys, Enter and Escape work from within the filter."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._key_in_filter(Qt.Key(event.key()))
        return super().eventFilter(watched, event)

    def _key_in_filter(self, key: Qt.Key) -> bool:
        shown = [item for item in self.items() if not item.isHidden()]
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and shown:
            self._choose(self.list.currentItem() if self._current_shown() else shown[0])
            self.filter.clear()
            self.list.scrollToItem(self.list.currentItem())
        elif key == Qt.Key.Key_Down and shown:
            self._choose(self.list.currentItem() if self._current_shown() else shown[0])
            self.list.setFocus(Qt.FocusReason.TabFocusReason)
        elif key == Qt.Key.Key_Escape and self.filter.text():
            self.filter.clear()
        else:
            return False
        return True

    def _current_shown(self) -> bool:
        item = self.list.currentItem()
        return item is not None and not item.isHidden()

    def _choose(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self._store.apply(document.choose_activation, item.data(_NAME))

    def _filter(self, text: str) -> None:
        words = text.casefold().split()
        for item in self.items():
            names = f"{item.text()} {item.data(_NAME)}".casefold()
            item.setHidden(not all(word in names for word in words))
        self._nothing.setVisible(all(item.isHidden() for item in self.items()))

    def _take(self, key: str, result: Result) -> None:
        if key.startswith(_KEY):
            name = key.removeprefix(_KEY)
            self._results[name] = result
            self._draw(name)

    def _draw(self, name: str) -> None:
        picture = thumbnail(self._results[name], self._theme, self.devicePixelRatioF())
        # A selected row keeps the colours of its picture.
        made = QIcon(picture)
        made.addPixmap(picture, QIcon.Mode.Selected)
        for item in self.items():
            if item.data(_NAME) == name:
                item.setIcon(made)

    def _make_filter(self) -> QLineEdit:
        field = QLineEdit()
        field.setPlaceholderText("Filter activations  (Ctrl+K)")
        field.setAccessibleName("Filter activations")
        field.setClearButtonEnabled(True)
        field.setAcceptDrops(False)
        field.addAction(icon("search"), QLineEdit.ActionPosition.LeadingPosition)
        field.textChanged.connect(self._filter)
        field.installEventFilter(self)
        return field

    def _make_list(self) -> QListWidget:
        made = QListWidget()
        made.setProperty("look", "picker")
        made.setAccessibleName("Activations")
        made.setIconSize(SIZE)
        made.setUniformItemSizes(True)
        made.setMinimumHeight(_FEWEST_ROWS * _ROW_HEIGHT)
        made.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        made.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        for row in (FORMULA, *ROWS):
            item = QListWidgetItem(row.title)
            item.setData(_NAME, row.name)
            item.setToolTip(f"{row.doc}\n{row.source}")
            item.setSizeHint(QSize(SIZE.width(), _ROW_HEIGHT))
            made.addItem(item)
        # with less room what is chosen stays in view
        made.verticalScrollBar().rangeChanged.connect(lambda: made.scrollToItem(made.currentItem()))
        made.currentItemChanged.connect(lambda item, _: self._choose(item))
        return made
