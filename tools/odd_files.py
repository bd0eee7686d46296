"""Files that Keras takes without a word though they say something else, or nothing: what we do.

Each case is a layer's file, what stock Keras does with it and what we do: refuse it, repair it with
a warning, or read it because it says one thing only. tests/test_odd_files.py holds both against
stock Keras and the reader; dialect_docs.py makes a page of them, with the reader's own sentences.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

REFUSED, REPAIRED, READ = "refused", "repaired", "read"
LONGEST = 230


@dataclass(frozen=True)
class Odd:
    """A file: what is odd, its text, what Keras does ("takes it…" or "refuses it"), what we do."""

    what: str
    text: str | bytes
    keras: str
    ours: str


def layer(name: str, /, **config: Any) -> dict[str, Any]:
    """Give a layer as Keras writes it, with the sizes it needs."""
    conv = {"filters": 2, "kernel_size": 2}
    needed = conv if "Conv" in name else {"units": 2} if name in _WITH_UNITS else {}
    if name == "DepthwiseConv2D":
        needed = {"kernel_size": 2}
    if name == "ConvLSTMCell":
        return _object("keras.src.layers.rnn.conv_lstm", name, rank=2, **conv | config)
    return _object("keras.layers", name, **needed | config)


def _object(module: str, name: str, /, **config: Any) -> dict[str, Any]:
    return {"module": module, "class_name": name, "config": config}


_WITH_UNITS = ("Dense", "LSTM", "GRU", "SimpleRNN", "LSTMCell", "GRUCell", "SimpleRNNCell")
_DENSE = json.dumps(layer("Dense"))
_LOSSY = {"class_name": "elu", "config": {"alpha": 0.7}, "module": "keras.activations"}
_FUNCTION = {"class_name": "function", "config": "elu", "module": "builtins", "alpha": 0.7}
_UPSIDE_DOWN = {"min_value": 2.0, "max_value": 1.0, "rate": 1.0, "axis": 0}
_VAST = {"build_config": {"input_shape": [None, 10**12]}}
_TAKES = "takes it"
_REFUSES = "refuses it"
VAST = "takes it: its weights fit nowhere"
FAILS = "takes it, and fails when it is built or run"


def _activation(value: object) -> str:
    return json.dumps(layer("Dense", activation=value))


def _with(name: str, /, **config: Any) -> str:
    return json.dumps(layer(name, **config))


def _dense(config: str) -> str:
    return f'{{"module": "keras.layers", "class_name": "Dense", "config": {{{config}}}}}'


TEXTS = (
    Odd("`NaN` as a number", _with("LSTM", dropout=float("nan")), "takes it as 0", REFUSED),
    Odd(
        "`Infinity` as a number",
        _activation(layer("ELU", alpha=float("inf"))),
        "takes it, and computes NaN",
        REFUSED,
    ),
    Odd(
        "1e999, beyond a float64",
        _activation(layer("ELU", alpha=0.5)).replace("0.5", "1e999"),
        "takes it as ∞",
        REFUSED,
    ),
    Odd("a key twice", _dense('"units": 2, "units": 3'), "takes the last", REFUSED),
    Odd("an integer of 30 digits", _with("Dense", units=10**29), VAST, REFUSED),
    Odd("text after the value", _DENSE + " {}", _REFUSES, REFUSED),
    Odd("10,000 levels of nesting", "[" * 10_000 + "]" * 10_000, _REFUSES, REFUSED),
    Odd("a byte-order mark of UTF-8", b"\xef\xbb\xbf" + _DENSE.encode(), _TAKES, READ),
    Odd("UTF-16", _DENSE.encode("utf-16"), _TAKES, REFUSED),
    Odd("bytes that are no UTF-8", _DENSE.encode() + b"\xff", _REFUSES, REFUSED),
    Odd("half a surrogate pair", _with("Dense", name="\ud800"), _TAKES, REFUSED),
    Odd("a file of more than 10 MB", _DENSE + " " * 10_000_000, _TAKES, REFUSED),
    Odd(
        "an unknown key beside `config`", _DENSE[:-1] + ', "own": 1}', "takes it, ignored", REFUSED
    ),
    Odd("an unknown key in `config`", _with("Dense", own=1), _REFUSES, REFUSED),
    Odd("a custom class's name", _DENSE[:-1] + ', "registered_name": "a>B"}', _REFUSES, REFUSED),
    Odd(
        "`build_config` of 10¹² inputs",
        json.dumps(layer("Dense", units=1) | _VAST),
        "allocates the weights: terabytes",
        READ,
    ),
)

FIELDS = (
    Odd("`units: true`", _with("Dense", units=True), "takes it as 1", REFUSED),
    Odd("10¹⁷ units", _with("Dense", units=10**17), VAST, REFUSED),
    Odd("`units: 4.0`", _with("Dense", units=4.0), _REFUSES, REFUSED),
    Odd("`units: 2.5` in a cell", _with("LSTMCell", units=2.5), FAILS, REFUSED),
    Odd("`filters: 8.0`", _with("Conv2D", filters=8.0), FAILS, REFUSED),
    Odd("`filters: -3` in a ConvLSTM cell", _with("ConvLSTMCell", filters=-3), FAILS, REFUSED),
    Odd('`filters: "8"` in a ConvLSTM cell', _with("ConvLSTMCell", filters="8"), FAILS, REFUSED),
    Odd("`kernel_size: [3.7, 3]`", _with("Conv2D", kernel_size=[3.7, 3]), FAILS, REFUSED),
    Odd("`strides: 0` in a ConvLSTM cell", _with("ConvLSTMCell", strides=0), FAILS, REFUSED),
    Odd(
        "strides and dilation together",
        _with("DepthwiseConv2D", strides=2, dilation_rate=2),
        "takes it since 3.15",
        READ,
    ),
    Odd("`padding` as a list", _with("Conv2D", padding=[1, 1]), FAILS, REFUSED),
    Odd("`padding` in capitals", _with("Conv2D", padding="SAME"), _TAKES, READ),
    Odd(
        "`data_format: null`",
        _with("Conv2D", data_format=None),
        "takes what the reader's own settings say",
        REPAIRED,
    ),
    Odd("`dtype: null`", _with("Dense", dtype=None), "takes its own default", REPAIRED),
    Odd("`depth_multiplier: 1.5`", _with("SeparableConv2D", depth_multiplier=1.5), FAILS, REFUSED),
    Odd('`use_bias: "false"`', _with("Dense", use_bias="false"), "takes it as true", REFUSED),
    Odd("`use_bias: 1`", _with("Dense", use_bias=1), "takes it as true", REFUSED),
    Odd('`trainable: "false"`', _with("Dense", trainable="false"), _REFUSES, REFUSED),
    Odd(
        '`return_sequences: "false"`',
        _with("LSTM", return_sequences="false"),
        "takes it as true",
        REFUSED,
    ),
    Odd("`dropout: 1.5`", _with("LSTM", dropout=1.5), "takes it as 1", REFUSED),
    Odd("`dropout: -0.5`", _with("LSTM", dropout=-0.5), "takes it as 0", REFUSED),
    Odd("a name of 20,000 characters", _with("Dense", name="x" * 20_000), _TAKES, REFUSED),
    Odd("a name with `/`", _with("Dense", name="a/b"), _REFUSES, REFUSED),
    Odd(
        "`kernel_initializer: null`",
        _with("Dense", kernel_initializer=None),
        "takes glorot_uniform",
        REPAIRED,
    ),
    Odd(
        "an identity for a window's kernel",
        _with("Conv2D", kernel_initializer="identity"),
        FAILS,
        REFUSED,
    ),
    Odd(
        "a uniform draw from 2 to 1",
        _with(
            "Dense",
            kernel_initializer=_object(
                "keras.initializers", "RandomUniform", minval=2.0, maxval=1.0
            ),
        ),
        _TAKES,
        REFUSED,
    ),
    Odd(
        "norms from 2 up to 1",
        _with(
            "Dense", kernel_constraint=_object("keras.constraints", "MinMaxNorm", **_UPSIDE_DOWN)
        ),
        _TAKES,
        REFUSED,
    ),
    Odd(
        "a negative factor of a regularizer",
        _with("Dense", kernel_regularizer=_object("keras.regularizers", "L2", l2=-1.0)),
        _REFUSES,
        REFUSED,
    ),
    Odd(
        "an `activity_regularizer` in a SimpleRNN",
        _with("SimpleRNN", activity_regularizer="l2"),
        "takes it, and adds nothing",
        REPAIRED,
    ),
    Odd("`lora_alpha` without `lora_rank`", _with("Dense", lora_alpha=2), "drops it", REFUSED),
    Odd("`use_cudnn`, never written", _with("LSTM", use_cudnn=False), _TAKES, REFUSED),
    Odd("`quantization_config: null`", _with("Dense", quantization_config=None), _TAKES, READ),
)

ACTIVATIONS = (
    Odd("ELU's alpha in a function's config", _activation(_LOSSY), "ignores alpha", REPAIRED),
    Odd("ELU's alpha beside a function", _activation(_FUNCTION), "ignores alpha", REPAIRED),
    Odd(
        "both spellings of a slope",
        _activation(layer("LeakyReLU", negative_slope=0.2, alpha=0.1)),
        "takes alpha",
        REPAIRED,
    ),
    Odd("a slope given as text", _activation(layer("ELU", alpha="0.7")), FAILS, REFUSED),
    Odd("a slope that is null", _activation(layer("ELU", alpha=None)), FAILS, REFUSED),
    Odd(
        "an activation layer without the layer's dtype",
        json.dumps(layer("Dense", dtype="float16", activation=layer("ELU", alpha=0.7))),
        "computes in float32",
        REPAIRED,
    ),
    Odd("softmax over the batch", _activation(layer("Softmax", axis=0)), _TAKES, REFUSED),
    Odd("softmax over two axes", _activation(layer("Softmax", axis=[1, 2])), _TAKES, REFUSED),
    Odd("a Dense layer as activation", _activation(layer("Dense")), "adds its weights", REFUSED),
    Odd("Dropout as activation", _activation(layer("Dropout", rate=0.5)), _TAKES, REFUSED),
    Odd("shared slopes of a PReLU", _activation(layer("PReLU", shared_axes=[1])), _TAKES, REPAIRED),
    Odd("`threshold`, which needs numbers", _activation("threshold"), FAILS, REFUSED),
    Odd("`glu`, which halves an axis", _activation("glu"), _TAKES, REFUSED),
    Odd("`null`", _activation(None), "takes it as linear", READ),
    Odd("a list", _activation(["elu"]), _REFUSES, REFUSED),
    Odd("a Lambda layer", _activation(layer("Lambda", function="x")), _REFUSES, REFUSED),
)

CASES = {"Text": TEXTS, "Fields": FIELDS, "Activations": ACTIVATIONS}


def outcome(case: Odd) -> tuple[str, str]:
    """Read a case's file: what we do with it, and the sentence that is said."""
    import tempfile
    from pathlib import Path

    from actviz.formats import read_layer

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "layer.json"
        content = case.text
        path.write_bytes(content if isinstance(content, bytes) else _encoded(content))
        try:
            config = read_layer(path)
        except ValueError as error:
            return REFUSED, str(error)
    return (REPAIRED, " ".join(config.warnings)) if config.warnings else (READ, "")


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def page() -> list[str]:
    """Write the page: a table a group."""
    lines = [
        "# What Keras takes without a word",
        "",
        "Made by `tools/dialect_docs.py` from `tools/odd_files.py`; tests hold the second column",
        "against stock Keras 3 and the others against the reader. **refused**: an error with this",
        "sentence; **repaired**: read, with this warning; **read**: it says one thing only.",
        "Archives (`.keras`) and ONNX models are read within limits on members, sizes, paths and",
        "fields; no file, whatever it says, makes a weight, a Lambda or a custom object.",
    ]
    for title, cases in CASES.items():
        lines += ["", f"## {title}", "", "| in the file | Keras | here | what is said |"]
        lines.append("|---|---|---|---|")
        for case in cases:
            ours, said = outcome(case)
            shown = said.replace("|", "\\|").replace("<", "&lt;")
            shown = shown if len(shown) <= LONGEST else shown[: LONGEST - 1] + "…"
            lines.append(f"| {case.what} | {case.keras} | {ours} | {shown} |")
    return lines
