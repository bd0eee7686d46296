"""Formulas typeset off the window's thread: LaTeX to SVG, each formula once."""

from __future__ import annotations

from collections import OrderedDict
from concurrent.futures import Future, ThreadPoolExecutor

from PySide6.QtCore import QObject, Signal

SIZE = 15
"""Height of the letters, in device-independent pixels."""
_TALLEST = 20 * SIZE
_KEPT = 200
_Key = tuple[str, str]
_STRETCHING = {r"\left(": r"\Bigl(", r"\right)": r"\Bigr)"}


def typeset(latex: str, colour: str) -> bytes:
    """Set a formula in a colour "#rrggbb", as SVG that Qt can draw."""
    import ziamath

    # Qt's SVG Tiny knows no <symbol>, which SVG 2 output is made of.
    ziamath.config.svg2 = False
    formula = ziamath.Latex(latex, size=SIZE, color=colour)
    if formula.getsize()[1] > _TALLEST:
        # Parentheses round a sum stretch to the height of a page; a fixed size does not.
        for stretching, fixed in _STRETCHING.items():
            latex = latex.replace(stretching, fixed)
        formula = ziamath.Latex(latex, size=SIZE, color=colour)
    return str(formula.svg()).encode()


class Typesetter(QObject):
    """Sets formulas in a thread of its own and keeps them."""

    done = Signal(str, str)
    """Emitted with LaTeX and colour when a formula that was asked for is there."""
    _made = Signal(object, object)

    def __init__(self) -> None:
        super().__init__()  # no parent: it lives as long as its thread needs it
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="typeset")
        self._kept: OrderedDict[_Key, bytes] = OrderedDict()
        self._under_way: set[_Key] = set()
        self._started = self._closed = False
        self._made.connect(self._keep)

    def start(self) -> None:
        """Begin to set what was asked for; before that, asking costs nothing."""
        self._started = True
        for key in tuple(self._under_way):  # what is set at once leaves the set
            self._submit(key)

    def found(self, latex: str, colour: str) -> bytes | None:
        """Give a formula if it has been set already."""
        key = (latex, colour)
        if key in self._kept:
            self._kept.move_to_end(key)
        return self._kept.get(key)

    def ask(self, latex: str, colour: str) -> None:
        """Have a formula set, unless it is there or under way."""
        key = (latex, colour)
        if key in self._kept or key in self._under_way or self._closed:
            return
        self._under_way.add(key)
        if self._started:
            self._submit(key)

    def close(self) -> None:
        """End the thread; what still waits is dropped."""
        self._closed = True
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _submit(self, key: _Key) -> None:
        # The signal takes the result from the thread to the window's.
        future = self._pool.submit(typeset, *key)
        future.add_done_callback(lambda done: self._made.emit(key, done))

    def _keep(self, key: _Key, done: Future[bytes]) -> None:
        if done.cancelled():
            return
        self._under_way.discard(key)
        # Nothing stands for what cannot be set: a user's own formula may be anything.
        self._kept[key] = b"" if done.exception() else done.result()
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        self.done.emit(*key)
