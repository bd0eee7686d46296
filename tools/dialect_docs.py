"""Write docs/dialects/: a page a dialect and the table of all combinations, from rows and dialects.

For every layer, slot and activation the dialect itself is asked to write it: at the activation's
defaults in all layers, at other values in one layer of each family. What it writes is loaded and
run by its framework in tests/test_combinations.py, which holds these pages against that.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import odd_files

from actviz.activations import ROWS as ACTIVATIONS
from actviz.activations import Row
from actviz.formats import DIALECTS, Dialect
from actviz.formats.haibal_labels import labels_of
from actviz.layers import ROWS, LayerConfig, LayerRow, layer_row
from actviz.layers.fields import RNN_FLAGS
from actviz.param import Choice, Param, Value, Values, text_of

FOLDER = Path(__file__).parents[1] / "docs" / "dialects"
NUMBERS = (0.0, 0.2, 0.3, 0.7, 2.0, -0.5)
LONGEST = 120
NEWLINE = "\n"
FAMILIES = (
    ("feed-forward, activation", "activation", False),
    ("recurrent, activation", "activation", True),
    ("recurrent, recurrent_activation", "recurrent_activation", True),
)


def main() -> int:
    """Write all pages."""
    FOLDER.mkdir(exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    return 0


def pages() -> dict[str, str]:
    """Give the pages by file name."""
    tables = {name: Table(dialect) for name, dialect in DIALECTS.items()}
    return {
        "README.md": overview(tables),
        "odd_files.md": NEWLINE.join([*odd_files.page(), ""]),
        **{f"{name}.md": page(table) for name, table in tables.items()},
    }


def layers(recurrent: bool, slot: str) -> list[LayerRow]:
    """List the layers of a family that have a slot."""
    return [
        row
        for row in ROWS
        if row.family.startswith("Recurrent") == recurrent
        and any(each.name == slot for each in row.slots)
    ]


def others(row: Row) -> Iterator[Values]:
    """Give values off the defaults, one parameter at a time."""
    for param in row.params:
        if param.name != "logits":
            yield from ({param.name: value} for value in _values(param) if value != param.default)


def _values(param: Param) -> Iterator[Value]:
    if isinstance(param.domain, Choice):
        yield from param.domain.options
        return
    for number in (1,) if isinstance(param.default, int) else NUMBERS:
        try:
            yield param.check(number)
        except ValueError:
            continue


def asked(column: int, row: Row) -> list[tuple[LayerRow, Values]]:
    """List what one place of the table stands for: layers, and an activation's values in each."""
    _, slot, recurrent = FAMILIES[column]
    family = layers(recurrent, slot)
    return [(layer, {}) for layer in family] + [(family[0], values) for values in others(row)]


class Table:
    """What a dialect holds: a mark for each activation and family, the reasons as footnotes."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.reasons: list[str] = []
        self.marks = {
            row.name: [self._mark(row, column) for column in range(len(FAMILIES))]
            for row in ACTIVATIONS
        }

    def _mark(self, row: Row, column: int) -> str:
        slot = FAMILIES[column][1]
        refused = [self._refusal(layer, slot, row, values) for layer, values in asked(column, row)]
        notes = sorted({self._note(reason) for reason in refused if reason})
        if not notes:
            return "yes"
        return f"{'no' if all(refused) else 'some'} {' '.join(f'[{note}]' for note in notes)}"

    def _refusal(self, layer: LayerRow, slot: str, row: Row, values: Values) -> str:
        """Give the reason why it is refused; empty where it is held."""
        try:
            # what is shown is refused as what is written is, and needs no weights
            (self.dialect.shown or self.dialect.write)(
                LayerConfig(layer.name, {}, {slot: (row.name, values)})
            )
        except ValueError as error:
            text = str(error).removeprefix(f"{layer.name}.{slot}").lstrip(".: ")
            text = text.partition("; allowed: ")[0]
            text = re.sub(rf"^{row.name} (?=is |has )", "it ", text)
            return re.sub(r": .+? is not allowed; it must be ", " must be ", text, count=1)
        return ""

    def _note(self, reason: str) -> int:
        if reason not in self.reasons:
            self.reasons.append(reason)
        return self.reasons.index(reason) + 1

    def lines(self) -> list[str]:
        """Write the table and its footnotes."""
        head = ["activation", *(title for title, _, _ in FAMILIES)]
        marks = [[name, *found] for name, found in self.marks.items()]
        notes = [f"{number}. {_cell(text)}" for number, text in enumerate(self.reasons, 1)]
        return [*table(head, marks), "", *notes]


def table(head: list[str], rows: list[list[str]]) -> list[str]:
    """Write a table in Markdown."""
    written = [f"| {' | '.join(map(_cell, row))} |" for row in rows]
    return [f"| {' | '.join(head)} |", "|" + "---|" * len(head), *written]


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


def page(made: Table) -> str:
    """Write the page of one dialect."""
    dialect = made.dialect
    lines = [
        f"# The dialect `{dialect.name}`: {dialect.title}",
        "",
        "Made by `tools/dialect_docs.py`; change the dialect, not this page. "
        f"Files end with `{dialect.suffix}`.",
        "",
        "## Its own words, and the values that a word means",
        "",
        *table(["activation", "means"], [[name, _means(v)] for name, v in dialect.words.items()]),
        "",
        "## How an activation is written at its defaults, in a Dense layer",
        "",
        *table(["activation", "written"], [[row.name, shown(dialect, row)] for row in ACTIVATIONS]),
        "",
        "## What it holds",
        "",
        *made.lines(),
        *(_labels() if dialect.name == "haibal" else []),
        *(_rounding() if dialect.name == "onnx" else []),
    ]
    return NEWLINE.join(lines) + NEWLINE


def _means(values: Values) -> str:
    return ", ".join(f"{key} = {text_of(value)}" for key, value in values.items()) or "—"


def shown(dialect: Dialect, row: Row) -> str:
    """Give what of a Dense layer's file is due to its activation; a dash where it is refused."""
    config = LayerConfig("Dense", activations={"activation": (row.name, {})})
    try:
        text = (dialect.shown or dialect.write)(config)
        plain = (dialect.shown or dialect.write)(LayerConfig("Dense"))
    except ValueError:
        return "—"
    assert isinstance(text, str)
    assert isinstance(plain, str)
    found = _found(text)
    if found is None:
        known = set(plain.splitlines())
        new = [line.strip() for line in text.splitlines() if line.strip() and line not in known]
        short = [line for line in new if line.startswith("self.activation")]
        found = " ".join(short or new) or "nothing"
    return f"`{found if len(found) <= LONGEST else found[: LONGEST - 1] + '…'}`"


def _found(text: str) -> str | None:
    """Find the activation in a JSON document: the word, or the object."""
    try:
        document = json.loads(text)
    except json.JSONDecodeError:
        return None
    parts = document.get("config") or document.get("Parameters") or {}
    value = parts.get("activation", parts.get("Activation"))
    return None if value is None else json.dumps(value)


def _labels() -> list[str]:
    """Write the labels of each layer in the toolkit's order, with our names."""
    lines = ["", "## Its labels, and our names of what stands there", ""]
    for row in ROWS:
        labels = [f"{x.text} ({x.name})" if x.name else x.text for x in labels_of(row)]
        lines.append(f"* **{row.name}**: {', '.join(labels)}")
    return lines


def _rounding() -> list[str]:
    """Say how far a runtime's float32 may be off, and why that is no fixed number."""
    return [
        "",
        "## How far a runtime's numbers may be off",
        "",
        "ONNX Runtime computes in float32. Most of its numbers are within 3e-6 of ours and 1e-7,",
        "but not where long sums cancel, where exponentials act in a recurrence, and where an",
        "input is a rounding away from a jump. `tests/rounding.py` derives a bound for each number",
        "(γₙ Σ|w||x| for sums, times the slope of what follows); all are within it, in every layer",
        "and slot and with every activation: [the campaign](../campaign.md) counts them.",
    ]


def overview(tables: dict[str, Table]) -> str:
    """Write the table of all combinations."""
    lines = [
        "# The dialects of layer files",
        "",
        "Made by `tools/dialect_docs.py` by asking each dialect to write every activation in every "
        "slot of all nineteen layer types. **yes**: held in all layers of the family, at the "
        "defaults and at other values; **some**: only for some values or layers; **no**: refused. "
        "The numbers are the reasons, given on the dialect's page. What is held is loaded and run "
        "by stock Keras 3 and 2, torch and ONNX Runtime, with weights and an input drawn at "
        "random, and computes our numbers: `tests/test_combinations.py` fails where it does not, "
        "or where a table says otherwise (a sample in `make test`, all of it in `make campaign`). "
        "The LabVIEW toolkit runs in LabVIEW only: its files are read back instead.",
        "",
        *(f"* [`{name}`]({name}.md): {made.dialect.title}" for name, made in tables.items()),
        "* [Files that Keras takes without a word](odd_files.md), and what is done with each here",
        "",
    ]
    for column, (title, slot, recurrent) in enumerate(FAMILIES):
        names = ", ".join(row.name for row in layers(recurrent, slot))
        marks = [
            [row.name, *(made.marks[row.name][column] for made in tables.values())]
            for row in ACTIVATIONS
        ]
        lines += [f"## {title.capitalize()}", "", f"{names}.", ""]
        lines += [*table(["activation", *tables], marks), ""]
    return NEWLINE.join([*lines, *in_rnn(tables), ""])


def in_rnn(tables: dict[str, Table]) -> list[str]:
    """Say how each dialect takes a cell that is in an RNN layer, and one of its fields changed."""
    lines = [
        "## Cells in an RNN layer",
        "",
        "With `in_rnn` a cell stands in Keras's layer `RNN`, whose own fields then are the cell's "
        "too. What a dialect refuses:",
        "",
    ]
    for name, made in tables.items():
        reasons: dict[str, list[str]] = {}
        for row in ROWS:
            if row.in_rnn is not None:
                reasons.setdefault(_rnn_refusal(made.dialect, row, {}), []).append(row.name)
        held = reasons.pop("", [])
        said = [f"{', '.join(cells)}: {why}" for why, cells in reasons.items()]
        flags = ({flag.name: True} for flag in RNN_FLAGS)
        tried = {_rnn_refusal(made.dialect, layer_row(held[0]), each) for each in flags if held}
        said += sorted(tried - {""})
        lines.append(f"* `{name}`: {'; '.join(map(_cell, said)) or 'nothing'}")
    return lines


def _rnn_refusal(dialect: Dialect, row: LayerRow, fields: Values) -> str:
    """Give the reason why a cell is refused in an RNN layer; empty where it is held."""
    try:
        (dialect.shown or dialect.write)(LayerConfig(row.name, {"in_rnn": True, **fields}))
    except ValueError as error:
        return str(error).removeprefix(f"{row.name}").lstrip(".: ")
    return ""


if __name__ == "__main__":
    sys.exit(main())
