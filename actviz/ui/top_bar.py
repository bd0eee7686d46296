"""The bar over everything: the name, the lenses, menus and what is needed most."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QMenu, QToolButton, QWidget

from actviz.lenses import LENSES
from actviz.session import Session
from actviz.ui.actions import Actions, key_text
from actviz.ui.icons import icon
from actviz.ui.settings import Settings

_ICONS = {"system": "system", "dark": "moon", "light": "sun"}
_NEXT = {"system": "dark", "dark": "light", "light": "system"}


class TopBar(QWidget):
    """Menus, lens tabs and buttons, all of them actions of the window."""

    lens_chosen = Signal(str)

    def __init__(
        self, actions: Actions, settings: Settings, open_recent: Callable[[Path], object]
    ) -> None:
        super().__init__()
        self._actions = actions
        self._settings = settings
        self._open_recent = open_recent
        self.tabs: dict[str, QToolButton] = {}
        self.more = QToolButton()
        self._lens = ""
        self.recent = QMenu("Open recent", self)
        self.recent.aboutToShow.connect(self._fill_recent)
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(12, 6, 10, 2)
        self._layout.setSpacing(4)
        self._add_name()
        self._add_tabs()
        self._layout.addStretch(1)
        self._add_menu("File", self._file_menu())
        self._add_menu("Edit", self._menu("Edit", "Go", "View", "Help"))
        self._worded = [self._add_button(name) for name in ("undo", "redo", "pin")]
        self._add_button("present", words=False)
        self._add_button("theme", words=False)
        self._add_button("help", words=False)
        self.show_theme(settings.now.theme)

    def show_session(self, session: Session) -> None:
        """Mark the lens in use; idempotent."""
        self.tabs[session.lens].setChecked(True)
        if session.lens != self._lens:
            self._lens = session.lens
            self._fit_tabs()

    def show_theme(self, choice: str) -> None:
        """Show which look was chosen."""
        action = self._actions["theme"]
        action.setIcon(icon(_ICONS[choice]))
        words = {"system": "as the system's", "dark": "dark", "light": "light"}[choice]
        action.setToolTip(f"The look is {words}; press for another ({key_text(action)})")

    @staticmethod
    def next_theme(choice: str) -> str:
        """Give the look that follows: system, dark, light."""
        return _NEXT[choice]

    def _add_name(self) -> None:
        name = QLabel("actviz")
        name.setProperty("look", "name")
        self._layout.addWidget(name)
        self._layout.addSpacing(14)

    def _add_tabs(self) -> None:
        group = QButtonGroup(self)
        for lens in LENSES:
            tab = QToolButton()
            tab.setText(lens.title)
            tab.setToolTip(lens.doc)
            tab.setCheckable(True)
            tab.setProperty("look", "tab")
            tab.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            tab.clicked.connect(lambda _, name=lens.name: self.lens_chosen.emit(name))
            group.addButton(tab)
            self.tabs[lens.name] = tab
            self._layout.addWidget(tab)
        self._add_more()

    def _add_more(self) -> None:
        """Add the button for the tabs that a narrow window has no room for."""
        menu = QMenu(self.more)
        menu.aboutToShow.connect(lambda: self._fill_more(menu))
        self.more.setText("More")
        self.more.setToolTip("More lenses")
        self.more.setMenu(menu)
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.more.setProperty("look", "menu")
        self.more.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.more.hide()
        self._layout.addWidget(self.more)

    def _fill_more(self, menu: QMenu) -> None:
        menu.clear()
        for lens in LENSES:
            if self.tabs[lens.name].isHidden():
                action = menu.addAction(lens.title)
                action.setToolTip(lens.doc)
                action.triggered.connect(lambda _, name=lens.name: self.lens_chosen.emit(name))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show as many tabs as there is room for."""
        super().resizeEvent(event)
        self._fit_tabs()

    def minimumSizeHint(self) -> QSize:
        """Need no more room than the tab in use takes beside the rest."""
        tabs = [self._room_of(tab) for tab in self.tabs.values() if not tab.isHidden()]
        return QSize(
            super().minimumSizeHint().width() - sum(tabs) + max(tabs, default=0),
            super().minimumSizeHint().height(),
        )

    def _room_of(self, tab: QToolButton) -> int:
        return tab.sizeHint().width() + self._layout.spacing()

    def _fit_tabs(self) -> None:
        """Take words off buttons where the tabs need their room, and hide the last tabs without it.

        The tab of the lens in use is always there.
        """
        for button in self._worded:
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        if self._room_of_tabs() > self._room_for_tabs():
            for button in self._worded:
                button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        room = self._room_for_tabs()
        if self._room_of_tabs() > room:
            room -= self._room_of(self.more)
        self._hide_tabs(room)

    def _room_of_tabs(self) -> int:
        return sum(self._room_of(tab) for tab in self.tabs.values())

    def _room_for_tabs(self) -> int:
        """Give the width that all but the tabs leave."""
        shown = [tab for tab in (*self.tabs.values(), self.more) if not tab.isHidden()]
        rest = self._layout.sizeHint().width() - sum(self._room_of(tab) for tab in shown)
        return self.width() - rest

    def _hide_tabs(self, room: int) -> None:
        used = self.tabs.get(self._lens)
        room -= self._room_of(used) if used else 0
        for tab in self.tabs.values():
            if tab is not used:
                room -= self._room_of(tab)
                tab.setVisible(room >= 0)
            else:
                tab.setVisible(True)
        self.more.setVisible(any(tab.isHidden() for tab in self.tabs.values()))

    def _add_menu(self, words: str, menu: QMenu) -> None:
        button = QToolButton()
        button.setText(words)
        button.setMenu(menu)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setProperty("look", "menu")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._layout.addWidget(button)

    def _add_button(self, name: str, *, words: bool = True) -> QToolButton:
        button = QToolButton()
        button.setDefaultAction(self._actions[name])
        style = Qt.ToolButtonStyle
        button.setToolButtonStyle(
            style.ToolButtonTextBesideIcon if words else style.ToolButtonIconOnly
        )
        button.setIconSize(QSize(16, 16))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setAccessibleName(self._actions[name].text())
        self._layout.addWidget(button)
        return button

    def _menu(self, *parts: str) -> QMenu:
        menu = QMenu(self)
        for part in parts:
            if not menu.isEmpty():
                menu.addSeparator()
            menu.addActions(self._actions.of(part))
        return menu

    def _file_menu(self) -> QMenu:
        menu = self._menu("File")
        menu.insertMenu(self._actions["save"], self.recent)
        menu.insertSeparator(self._actions["copy_layer"])
        menu.insertSeparator(self._actions["quit"])
        return menu

    def _fill_recent(self) -> None:
        self.recent.clear()
        for path in self._settings.now.recent:
            action = self.recent.addAction(os.path.basename(path))
            action.setToolTip(path)
            action.triggered.connect(lambda _, path=path: self._open_recent(Path(path)))
        if self.recent.isEmpty():
            self.recent.addAction("No file was opened yet").setEnabled(False)
