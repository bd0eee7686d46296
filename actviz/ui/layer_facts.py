"""What the layer makes of its input: the input's shape to edit, output, weights and fans below."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from actviz.layers import LayerConfig
from actviz.layers.facts import LayerFacts, Weight, layer_facts
from actviz.layers.shapes import parse_shape
from actviz.layers.sizes import OpenShape
from actviz.ui.controls import Field


def shape_text(shape: OpenShape) -> str:
    """Write a shape as its field reads it; an open axis is a question mark."""
    return " × ".join("?" if axis is None else str(axis) for axis in shape)


def words(facts: LayerFacts) -> str:
    """Say output, number of weights, and the fans of the kernels, in two lines."""
    kernels = [each for each in facts.weights if each.fan_in and "bias" not in each.name]
    lines = [f"→ {shape_text(facts.output_shape)}  ·  {facts.parameters:,} parameters"]
    return "\n".join([*lines, *map(_fans, kernels)])


def _fans(weight: Weight) -> str:
    """Name the fans that Keras's initialisers use, and the true one where it is another."""
    said = f"{weight.name}: fan-in {weight.fan_in:,}, fan-out {weight.fan_out:,}"
    if abs(weight.true_fan_in - weight.fan_in) < 0.5:
        return said
    return f"{said} (truly sums {weight.true_fan_in:,.4g})"


class FactsView(QWidget):
    """Shows what follows from a layer and its input; tells a new input."""

    edited = Signal(tuple)

    def __init__(self) -> None:
        super().__init__()
        self._config: LayerConfig | None = None
        self.input = Field()
        self.input.setAccessibleName("Input shape without the batch")
        self.input.setToolTip("The shape of one input, without the batch, as 28 × 28 × 3")
        self.input.committed.connect(self._commit)
        self.input.restored.connect(self._show_facts)
        self.facts = QLabel()
        self.facts.setWordWrap(True)
        self.facts.setProperty("look", "note")
        line = QHBoxLayout()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(line)
        label = QLabel("input")
        label.setBuddy(self.input)
        line.addWidget(label)
        line.addWidget(self.input, 1)
        layout.addWidget(self.facts)

    def show_config(self, config: LayerConfig) -> None:
        """Show a layer's input and what follows, or why nothing does; idempotent."""
        if config == self._config:
            return
        self._config = config
        self.input.show_text(shape_text(config.input_shape))
        self.input.mark(False)
        self._show_facts()

    def _show_facts(self) -> None:
        assert self._config is not None
        try:
            said = words(layer_facts(self._config))
        except ValueError as error:
            said = str(error)
        self.facts.setText(said)

    def _commit(self, text: str) -> None:
        assert self._config is not None
        try:
            shape = parse_shape(self._config.row, text)
        except ValueError as error:
            self.input.mark(True)
            self.facts.setText(str(error))
        else:
            self.input.mark(False)
            self._show_facts()
            self.edited.emit(shape)
