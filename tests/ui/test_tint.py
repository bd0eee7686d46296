"""What a dialect writes is tinted by its own syntax; Python's own tokenizer is the judge."""

from __future__ import annotations

import io
import keyword
import tokenize
from collections.abc import Iterator

import pytest
from PySide6.QtGui import QTextBlock
from pytestqt.qtbot import QtBot

from actviz import session as document
from actviz.formats import shown_text
from actviz.layers import LayerConfig
from actviz.ui.json_view import JsonView
from actviz.ui.theme import DARK, LIGHT
from actviz.ui.window import Window


def tinted(view: JsonView, line: int) -> dict[str, str]:
    """Give the tinted pieces of a line with their colours."""
    block: QTextBlock = view.document().findBlockByNumber(line)
    text = block.text()
    ranges = block.layout().formats()
    return {
        text[each.start : each.start + each.length]: each.format.foreground().color().name()
        for each in ranges
    }


def colour_at(view: JsonView, line: int, column: int) -> str:
    for each in view.document().findBlockByNumber(line).layout().formats():
        if each.start <= column < each.start + each.length:
            return each.format.foreground().color().name()
    return ""


def judged(text: str) -> Iterator[tuple[int, int, str]]:
    """Say which colour the first character of each token has, decorators left out."""
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        line, column = token.start
        if token.type == tokenize.STRING:
            last, end = token.end
            yield line - 1, column, DARK.string
            yield last - 1, end - 1, DARK.string
        elif token.type == tokenize.NUMBER:
            yield line - 1, column, DARK.number
        elif token.type == tokenize.NAME and keyword.iskeyword(token.string):
            constant = token.string in ("None", "True", "False")
            yield line - 1, column, DARK.number if constant else DARK.f
        elif token.type in (tokenize.NAME, tokenize.OP) and not token.line.lstrip().startswith("@"):
            yield line - 1, column, ""


@pytest.mark.parametrize(
    "config",
    [
        LayerConfig("LSTM", {"name": 'a"b'}, {"activation": ("squareplus", {"b": 1e-7})}),
        LayerConfig("SeparableConv2D", {"use_bias": False}, {"activation": ("gelu", {})}),
    ],
    ids=lambda config: config.layer,
)
def test_python_is_tinted_as_its_own_tokenizer_reads_it(qtbot: QtBot, config: LayerConfig) -> None:
    view = JsonView(DARK)
    qtbot.addWidget(view)
    text = shown_text(config, "torch")
    view.show_text(text, ".py")
    seen = list(judged(text))
    assert {colour for _, _, colour in seen} >= {DARK.string, DARK.number, DARK.f, ""}
    for line, column, colour in seen:
        assert colour_at(view, line, column) == colour, (text.splitlines()[line], column)


def test_strings_of_several_lines_end_where_they_end(qtbot: QtBot) -> None:
    view = JsonView(DARK)
    qtbot.addWidget(view)
    view.show_text('"""One\nfor 2 \\""" three\n""" + 4  # "no"\nx = """ """ + "a\'b"', ".py")
    assert [tinted(view, line) for line in range(4)] == [
        {'"""One': DARK.string},
        {'for 2 \\""" three': DARK.string},
        {'"""': DARK.string, "4": DARK.number, '# "no"': DARK.dim},
        {'""" """': DARK.string, '"a\'b"': DARK.string},
    ]


def test_the_list_of_an_onnx_model_has_no_numbers_in_names(qtbot: QtBot) -> None:
    view = JsonView(LIGHT)
    qtbot.addWidget(view)
    view.show_text("  weight  w_1: float32[3, 2]\n  y = Elu(add_1) {alpha = 0.5}", ".onnx")
    assert tinted(view, 0) == {"  weight": LIGHT.f, "3": LIGHT.number, "2": LIGHT.number}
    assert tinted(view, 1) == {"Elu": LIGHT.string, "0.5": LIGHT.number}


def test_the_panel_tints_by_dialect_and_leaves_sentences_alone(
    qtbot: QtBot, window: Window
) -> None:
    store, view = window.store, window.layer.json
    store.apply(document.choose_layer, "Dense")
    qtbot.waitUntil(lambda: window.layer.complete)
    theme = window.appearance.theme
    (line,) = [n for n, text in enumerate(view.toPlainText().split("\n")) if '"units"' in text]
    assert tinted(view, line) == {'"units"': theme.f, "32": theme.number}
    store.apply(document.set_dialect, "torch")
    qtbot.waitUntil(lambda: view.toPlainText().startswith('"""'))
    lines = view.toPlainText().split("\n")
    line = next(n for n, text in enumerate(lines) if text.startswith("import torch"))
    assert tinted(view, line) == {"import": theme.f}
    store.apply(document.choose_activation, "squareplus")
    store.apply(document.set_dialect, "haibal")
    qtbot.waitUntil(lambda: "squareplus" in view.toPlainText() and view.property("wrong"))
    assert tinted(view, 0) == {}
