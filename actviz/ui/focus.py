"""Where the keyboard goes: from part to part as they stand on the screen.

Qt's own order is that in which widgets were made, and rows of forms are made anew all the time.
"""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLayout, QLineEdit, QScrollArea, QSplitter, QWidget


def focus_order(widget: QWidget) -> list[QWidget]:
    """List what the Tab key goes to within a widget, in the order of its layouts."""
    found = [each for part in _parts(widget) for each in focus_order(part)]
    return [widget, *found] if _takes(widget) else found


def go_to(widget: QWidget, reason: Qt.FocusReason = Qt.FocusReason.ShortcutFocusReason) -> None:
    """Give the focus to a widget and bring it into sight; a field's text is selected."""
    widget.setFocus(reason)
    if isinstance(widget, QLineEdit):
        widget.selectAll()
    above = widget.parentWidget()
    while above is not None:
        if isinstance(above, QScrollArea):
            above.ensureWidgetVisible(widget, 0, 8)
        above = above.parentWidget()


def go_on(within: QWidget | None, focused: QWidget | None, *, forward: bool) -> bool:
    """Move the focus to the next or previous widget; false where it is not within."""
    order = focus_order(within) if within is not None else []
    while focused is not None and focused not in order:
        focused = focused.parentWidget()  # the line of a combo box belongs to the box
    if focused is None:
        return False
    following = order[(order.index(focused) + (1 if forward else -1)) % len(order)]
    reasons = Qt.FocusReason
    go_to(following, reasons.TabFocusReason if forward else reasons.BacktabFocusReason)
    return True


def _takes(widget: QWidget) -> bool:
    """Tell whether Tab goes to a widget; within a group the arrow keys go on from the chosen."""
    group = widget.group() if isinstance(widget, QAbstractButton) else None
    if group and group.checkedButton() not in (None, widget):
        return False
    there = widget.isVisible() and widget.isEnabled() and not widget.focusProxy()
    return there and bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)


def _parts(widget: QWidget) -> Iterator[QWidget]:
    layout = widget.layout()
    if isinstance(widget, QSplitter):
        found = [widget.widget(index) for index in range(widget.count())]
    elif isinstance(widget, QScrollArea):
        found = [widget.widget()]
    else:
        found = [] if layout is None else list(_placed(layout))
    yield from (each for each in found if each is not None)


def _placed(layout: QLayout) -> Iterator[QWidget]:
    for index in range(layout.count()):
        item = layout.itemAt(index)
        assert item is not None
        widget, inner = item.widget(), item.layout()
        if widget is not None:
            yield widget
        elif inner is not None:
            yield from _placed(inner)
