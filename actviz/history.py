"""Undo and redo over frozen sessions: one drag is one step, and looking around is none."""

from __future__ import annotations

from collections import deque

import msgspec

from actviz.activations import row
from actviz.layers import LayerConfig
from actviz.session import Session
from actviz.view import View

LONGEST = 1000
"""How many steps are kept; the oldest ones are forgotten first."""

_WORDS = {
    "slot": "activation slot",
    "lens": "lens",
    "dialect": "dialect",
    "dtype": "precision",
    "seed": "seed",
    "lesson": "lesson",
    "step": "lesson step",
}


def document(session: Session) -> Session:
    """Give the part of a session that counts as the document: all but the view."""
    return msgspec.structs.replace(session, view=View())


def _changed_name(before: dict[str, object], after: dict[str, object], many: str) -> str:
    names = [name for name in after if before.get(name) != after[name]]
    return names[0] if len(names) == 1 else many


def _describe_config(before: LayerConfig, after: LayerConfig) -> str:
    if before.layer != after.layer:
        return after.layer
    if before.fields != after.fields:
        return _changed_name(dict(before.fields), dict(after.fields), "layer fields")
    for slot, (name, values) in after.activations.items():
        old_name, old_values = before.activations[slot]
        if name != old_name:
            return row(name).title
        if values != old_values:
            return _changed_name(dict(old_values), dict(values), "parameters")
    return "layer"


def _describe_pins(before: Session, after: Session) -> str:
    if len(after.pins) > len(before.pins):
        return "pin"
    return "unpin" if len(after.pins) < len(before.pins) else "pinned curve"


def describe(before: Session, after: Session) -> str:
    """Name in a word or two what a step changed: "alpha", "GELU", "Conv2D", "pin"."""
    if before.config != after.config:
        return _describe_config(before.config, after.config)
    if before.pins != after.pins:
        return _describe_pins(before, after)
    if before.lens_values != after.lens_values:
        return _changed_name(before.lens_values, after.lens_values, "lens settings")
    for name, words in _WORDS.items():
        if getattr(before, name) != getattr(after, name):
            return words
    return ""


class History:
    """The present session, the steps that led to it, and the steps that were undone.

    A step is a change of the document. The view is kept with the present session only: looking
    around adds no step, and undo and redo leave the view where it is. `saved` says whether the
    first session is what a file holds (or nothing worth keeping).
    """

    def __init__(self, session: Session, *, saved: bool = True, longest: int = LONGEST) -> None:
        self._present = session
        self._past: deque[Session] = deque(maxlen=longest)
        self._future: list[Session] = []
        self._saved: Session | None = document(session) if saved else None
        self._key: str | None = None

    @property
    def session(self) -> Session:
        """The present session."""
        return self._present

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to undo."""
        return bool(self._past)

    @property
    def can_redo(self) -> bool:
        """Whether there is an undone step to do again."""
        return bool(self._future)

    @property
    def undo_label(self) -> str:
        """What undo would undo, in a word or two; empty when there is nothing."""
        return describe(self._past[-1], self._present) if self._past else ""

    @property
    def redo_label(self) -> str:
        """What redo would do again, in a word or two; empty when there is nothing."""
        return describe(self._present, self._future[-1]) if self._future else ""

    @property
    def modified(self) -> bool:
        """Whether the document differs from the one last saved; undoing back to it is enough."""
        return self._saved is None or document(self._present) != self._saved

    def mark_saved(self) -> None:
        """Note that a file now holds the present document."""
        self._saved = document(self._present)
        self.end()

    def push(self, session: Session, key: str | None = None) -> None:
        """Make `session` the present one.

        Successive changes with the same `key` are one step, until `end` or another key: that is
        a drag. A change of the view alone is no step and does not end a drag.
        """
        if document(session) == document(self._present):
            self._present = session
            return
        if key is None or key != self._key:
            self.end()
            self._past.append(self._present)
            self._key = key
        self._future.clear()
        self._present = session

    def end(self) -> None:
        """End a drag; one that came back to where it began leaves no step."""
        if self._key is not None and document(self._past[-1]) == document(self._present):
            self._past.pop()
        self._key = None

    def undo(self) -> Session:
        """Go one step back, if there is one, and give the present session."""
        self.end()
        if self._past:
            self._future.append(self._present)
            self._show(self._past.pop())
        return self._present

    def redo(self) -> Session:
        """Do the last undone step again, if there is one, and give the present session."""
        self.end()
        if self._future:
            self._past.append(self._present)
            self._show(self._future.pop())
        return self._present

    def _show(self, session: Session) -> None:
        self._present = msgspec.structs.replace(session, view=self._present.view)
