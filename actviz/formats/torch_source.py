"""The parts of a torch module's source, and how they are put together."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from actviz.formats.torch_starts import Weight, starts

WIDTH = 92
_PIECE = 60


@dataclass
class Parts:
    """What makes one layer's module, as lines without indentation.

    Parameters
    ----------
    setup
        The body of `__init__` after `super`.
    weights
        Keras's weights, in its order and shapes.
    loads
        From these, by name, into torch's.
    forward
        The body of `forward`.
    arguments, result
        What `forward` takes besides self, and gives.
    methods
        Further methods.
    """

    setup: list[str] = field(default_factory=list)
    weights: list[Weight] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)
    forward: list[str] = field(default_factory=list)
    arguments: str = "x: Tensor"
    result: str = "Tensor"
    gives: str = "Compute the layer."
    methods: list[str] = field(default_factory=list)


def indented(lines: Iterable[str], by: int = 4) -> list[str]:
    """Indent lines that are not empty."""
    return [" " * by + line if line else "" for line in lines]


def docstring(summary: str, details: Sequence[str] = (), indent: int = 4) -> list[str]:
    """Write a docstring: a sentence, and what more there is, in lines that are short enough."""
    if not details:
        return indented([f'"""{summary}"""'], indent)
    plain = (each.replace("\\", "/").replace('"', "'") for each in details)
    wrapped = [line for each in plain for line in textwrap.wrap(each, WIDTH)]
    return indented([f'"""{summary}', "", *wrapped, '"""'], indent)


def text_literal(text: str) -> list[str]:
    """Write any text as Python's own literal, in pieces that fit into lines."""
    piece = _PIECE if text.isascii() else _PIECE // 10
    pieces = [text[start : start + piece] for start in range(0, len(text), piece)]
    literals = [_quoted(piece) for piece in pieces] or ['""']
    return literals if len(literals) == 1 else ["(", *indented(literals), ")"]


def _quoted(piece: str) -> str:
    """Write a short text in ASCII, with double quotes as formatters want them."""
    literal = ascii(piece)
    if literal[0] == '"' or '"' in piece:
        return literal
    return f'"{literal[1:-1]}"'


def module_lines(class_name: str, about: Sequence[str], parts: Parts) -> list[str]:
    """Write the layer's class."""
    taken = ", ".join(each.name for each in parts.weights)
    taken = f"({taken},)" if len(parts.weights) == 1 else taken
    shapes = [f"{each.name} {each.shape}: {each.axes}" for each in parts.weights]
    return [
        f"class {class_name}(nn.Module):",
        *docstring("One Keras layer with its activation.", about),
        "",
        "    def __init__(self) -> None:",
        "        super().__init__()",
        *indented(parts.setup, 8),
        "        self.start_weights()",
        "",
        "    def start_weights(self) -> None:",
        '        """Start the weights as Keras does, in its own shapes."""',
        *indented([line for each in parts.weights for line in starts(each)], 8),
        f"        self.load_keras_weights([{', '.join(each.name for each in parts.weights)}])",
        "",
        "    @torch.no_grad()",
        "    def load_keras_weights(self, weights: Sequence[Any]) -> None:",
        *docstring("Take over what a Keras layer's `get_weights` gives.", shapes, 8),
        f"        {taken} = (torch.as_tensor(each) for each in weights)",
        *indented(parts.loads, 8),
        *indented(parts.methods),
        "",
        f"    def forward(self, {parts.arguments}) -> {parts.result}:",
        f'        """{parts.gives}"""',
        *indented(parts.forward, 8),
    ]


def imports(body: Sequence[str]) -> list[str]:
    """Write the imports that the lines of a module need."""
    text = "\n".join(body)
    return [
        "from __future__ import annotations",
        "",
        *(["import math"] if "math." in text else []),
        "from collections.abc import Sequence",
        "from typing import Any",
        "",
        "import torch",
        "from torch import Tensor, nn",
        *(["from torch.nn import functional"] if "functional." in text else []),
    ]
