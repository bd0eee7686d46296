"""The status line: who computes, in which precision, how fast, and what there is to say."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from actviz import session as document
from actviz.dtypes import DTYPES
from actviz.evaluation import Device
from actviz.session import DTYPE, Session
from actviz.ui.controls import Combo
from actviz.ui.elided import Elided
from actviz.ui.evaluator import Status
from actviz.ui.numbers import significant
from actviz.ui.store import Store

_DEVICE = Qt.ItemDataRole.UserRole
_DEVICE_WIDTH = 250


class StatusLine(QWidget):
    """Shows the status of the evaluator, and lets device and precision be chosen."""

    device_chosen = Signal(str)
    called_off = Signal()
    """Emitted when what is under way is to be given up."""

    def __init__(self, store: Store) -> None:
        super().__init__()
        self._store = store
        self._status: Status | None = None
        self._said = self._work = ""
        self._wrong = False
        self._drew: Device | None = None
        self._devices = QStandardItemModel(self)
        self.device = Combo()
        self.device.setModel(self._devices)
        self.device.setAccessibleName("Device")
        self.device.setFixedWidth(_DEVICE_WIDTH)
        self.device.activated.connect(self._choose_device)
        self.precision = Combo()
        self.precision.setAccessibleName("Precision")
        self.precision.setToolTip(DTYPE.doc)
        self.precision.addItems(list(DTYPES))
        self.precision.textActivated.connect(lambda name: store.apply(document.set_dtype, name))
        self.figures = Elided("Speed")
        self.message = Elided("Message", Qt.AlignmentFlag.AlignRight)
        self.cancel = QPushButton("Cancel")
        self.cancel.setProperty("look", "plain")
        self.cancel.clicked.connect(self.called_off)
        self.cancel.hide()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 0, 10, 8)
        layout.setSpacing(8)
        for widget, stretch in (
            (self.device, 0),
            (self.precision, 0),
            (self.figures, 2),
            (self.message, 3),
            (self.cancel, 0),
        ):
            layout.addWidget(widget, stretch)

    def show_session(self, session: Session) -> None:
        """Show the session's precision; idempotent."""
        self.precision.setCurrentText(session.dtype)
        self.say("")

    def show_status(self, status: Status) -> None:
        """Show the devices, and which of them computes."""
        self._status = status
        self._devices.clear()
        for device in status.devices:
            self._devices.appendRow(_item(device))
        self.device.setCurrentIndex(self.device.findData(status.device.id, _DEVICE))
        self.device.setToolTip(_with_warning(status.device.name, status.device))
        self._show_message()

    def show_frame(self, device: Device, points: int, kernel: float, frame: float | None) -> None:
        """Show how the last picture was made; times in seconds, none where nothing waited."""
        self._drew = device
        parts = [
            f"{points:,} points".replace(",", "\u202f"),
            f"kernel {_milliseconds(kernel)}",
        ]
        if frame is not None:
            parts.append(f"frame {_milliseconds(frame)}")
        self.figures.show_text(" · ".join(parts))
        self._show_message()

    def say(self, sentence: str) -> None:
        """Say something until the next change of the session; the empty sentence says no more."""
        self._said, self._wrong = sentence, False
        self._show_message()

    def refuse(self, sentence: str) -> None:
        """Say what was not allowed, or what failed, until the next change of the session."""
        self._said, self._wrong = sentence, True
        self._show_message()

    def show_work(self, sentence: str) -> None:
        """Say what is under way, whatever else there is to say, until the empty sentence."""
        self._work = sentence
        self.cancel.setVisible(bool(sentence))
        self._show_message()

    def _show_message(self) -> None:
        status, wrong = self._status, self._wrong and not self._work
        words = self._work or self._said
        if not words and status is not None:
            words = self._about_device(status)
            wrong = bool(status.message)
        self.message.show_text(words, wrong=wrong)

    def _about_device(self, status: Status) -> str:
        if status.message:
            until = " until another device is ready" * status.starting
            return f"{status.message}; {status.device.name} computes{until}"
        if status.starting:
            return f"Starting OpenCL; {status.device.name} computes meanwhile"
        return self._unheld(status) or _with_warning("Ready", status.device)

    def _unheld(self, status: Status) -> str:
        """Say why another device than the chosen one has drawn the last picture."""
        dtype, chosen = self._store.session.dtype, status.device
        if self._drew is None or self._drew.id == chosen.id:
            return ""
        if status.refusal:
            return f"{status.refusal.partition('; the device')[0]}; {self._drew.name} computes it"
        if dtype not in chosen.dtypes:
            return f"{dtype} is computed by {self._drew.name}, as {chosen.name} has none"
        if DTYPES[dtype].precision == "float32":
            return ""  # what all devices begin with: its picture is on the way
        return f"{dtype} is computed by {self._drew.name}, as {chosen.name} is not ready for it"

    def _choose_device(self, index: int) -> None:
        self.device_chosen.emit(self.device.itemData(index, _DEVICE))


def _item(device: Device) -> QStandardItem:
    item = QStandardItem(device.name if device.usable else f"{device.name}: not usable")
    item.setData(device.id, _DEVICE)
    item.setToolTip(_with_warning(f"{device.id}: {', '.join(device.dtypes)}", device))
    if not device.usable:
        item.setFlags(Qt.ItemFlag.NoItemFlags)
        item.setToolTip(f"{device.id}: {device.reason}")
    return item


def _with_warning(words: str, device: Device) -> str:
    return f"{words}; {device.warning}" if device.warning else words


def _milliseconds(seconds: float) -> str:
    return f"{significant(seconds * 1e3, 2)} ms"
