"""Where the keyboard goes: from part to part as they stand on the screen.

Qt's own order is that in which widgets were made, and rows of forms are made anew all the time.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QScrollArea, QSplitter, QWidget


def focus_order(widget: QWidget) -> list[QWidget]:
    """List what the Tab key goes to within a widget, as they are read on the screen."""
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


def _parts(widget: QWidget) -> list[QWidget]:
    """List the widgets within a widget, in the order in which they are read.

    Layouts are not asked: the wrapper that PySide makes of a layout's item outlives the item, and
    ends the process when another object is later made at the same address.
    """
    if isinstance(widget, QSplitter):
        columns = [widget.widget(index) for index in range(widget.count())]
        return [each for each in columns if each is not None]
    if isinstance(widget, QScrollArea):
        content = widget.widget()
        return [] if content is None else [content]
    if widget.layout() is None:
        return []
    direct = Qt.FindChildOption.FindDirectChildrenOnly
    children = widget.findChildren(QWidget, options=direct)
    return _as_read([each for each in children if each.isVisible()])


def _as_read(widgets: list[QWidget]) -> list[QWidget]:
    """Sort widgets line by line; what begins above the middle of another stands in its line."""
    lines: list[list[QWidget]] = []
    for widget in sorted(widgets, key=lambda each: each.geometry().center().y()):
        if lines and widget.y() <= lines[-1][0].geometry().center().y():
            lines[-1].append(widget)
        else:
            lines.append([widget])
    return [each for line in lines for each in sorted(line, key=lambda each: each.x())]
