"""What the written torch source is like: clean, running alone, texts as literals."""

from __future__ import annotations

import ast
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from layer_cases import random_config
from torch_judge import answers, module

from actviz.formats import dialect_named, write_layer
from actviz.formats.torch import input_shape
from actviz.formats.torch_source import text_literal
from actviz.formats.torch_starts import Weight, starts
from actviz.layers import ROWS, LayerConfig

HOSTILE = (
    '"""\nimport os',
    "'; raise SystemExit #",
    "a\\nb\\",
    "\n\r\t\x00",
    "größe\u202e\U0001f600\ud800",
    "class",
    "{0} %s $x",
    "x" * 20_000,
    "'\"" * 70,
)
RULES = "B,C4,D,E,F,I,N,PIE,PL,RET,RUF,SIM,UP,W"


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_any_text_is_written_as_a_literal(text: str) -> None:
    lines = text_literal(text)
    assert ast.literal_eval("\n".join(lines)) == text
    assert max(map(len, lines)) <= 96
    assert "".join(lines).isascii()


@pytest.mark.parametrize("name", ['"""+exit()+"""', "\\", "it's", "größe", "class", "n" * 200])
def test_a_name_stands_in_its_literal_only(name: str) -> None:
    written = write_layer(LayerConfig("Dense", {"name": name}), "torch")
    texts = [each.value for each in ast.walk(ast.parse(written)) if isinstance(each, ast.Constant)]
    assert texts.count(name) == 1
    assert written.count("keras_name") == 1


def test_the_source_runs_alone_and_is_clean(tmp_path: Path) -> None:
    """As ruff and its formatter want it, with the rules of this project."""
    for row in ROWS:
        for seed in range(3):
            config = random_config(row, seed)
            try:
                text = write_layer(config, "torch")
            except ValueError:
                continue
            (tmp_path / f"{row.name}_{seed}.py").write_text(text)
            assert max(map(len, text.splitlines())) <= 100
    for command in (
        ["check", "--select", RULES, "--ignore", "D107,D203,D213,PLR2004"],
        ["format", "--check"],
    ):
        words = [sys.executable, "-m", "ruff", *command, "--isolated", "--line-length", "100"]
        done = subprocess.run([*words, str(tmp_path)], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout
    file = next(iter(sorted(tmp_path.glob("LSTM_*.py"))))
    done = subprocess.run([sys.executable, str(file)], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("(2, ")


@pytest.mark.parametrize(
    ("word", "spread", "largest"),
    [
        ("glorot_uniform", math.sqrt(2 / 90), math.sqrt(6 / 90)),
        ("he_normal", math.sqrt(2 / 30), 2.28 * math.sqrt(2 / 30)),
        ("lecun_uniform", math.sqrt(1 / 30), math.sqrt(3 / 30)),
        ("random_normal", 0.05, 1.0),
        ("truncated_normal", 0.05 * 0.8796, 0.1),
        ("random_normal(stddev=2)", 2.0, 20.0),
        ("random_uniform(minval=-3, maxval=3)", math.sqrt(3), 3.0),
        (
            "variance_scaling(scale=3, mode=fan_out, distribution=uniform)",
            math.sqrt(1 / 20),
            0.3875,
        ),
        ("variance_scaling(distribution=untruncated_normal)", math.sqrt(1 / 30), 1.0),
        ("orthogonal(gain=2)", 2 / math.sqrt(60), 2.0),
        ("identity(gain=3)", 3 / math.sqrt(60), 3.0),
    ],
)
def test_weights_start_as_in_keras(word: str, spread: float, largest: float) -> None:
    torch.manual_seed(3)
    scope = {"torch": torch, "nn": torch.nn}
    exec("\n".join(starts(Weight("kernel", (30, 60), "", word))), scope)
    kernel = scope["kernel"]
    assert abs(kernel.std().item() / spread - 1) < 0.1
    assert kernel.abs().max().item() <= largest * 1.0001


def test_a_forget_gate_starts_at_one() -> None:
    layer = module(LayerConfig("LSTM", {"units": 3}, {"activation": ("relu", {})}))
    np.testing.assert_array_equal(layer.inputs.bias.detach(), [0] * 3 + [1] * 3 + [0] * 6)
    matrix = layer.recurrent.weight.detach()
    np.testing.assert_allclose(matrix.T @ matrix, np.eye(3), atol=1e-6)


@pytest.mark.parametrize(
    ("layer", "fields", "told"),
    [
        ("GRU", {"recurrent_dropout": 0.5}, r"GRU.recurrent_dropout: .* a mask for each gate"),
        ("ConvLSTM2DCell", {"dropout": 0.5}, r"ConvLSTM2DCell.dropout: .* each gate's convolution"),
        ("Conv2D", {"kernel_size": 2000}, r"Conv2D.kernel_size: .* no larger than the input"),
        ("LSTM", {"dropout": 1.0}, r"LSTM.dropout: .* different"),
        ("LSTMCell", {"dtype": "mixed_float16"}, r"LSTMCell.dtype: 'mixed_float16' is not allowed"),
    ],
)
def test_what_torch_cannot_do_is_refused(layer: str, fields: dict[str, object], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        write_layer(LayerConfig(layer, fields), "torch")


def test_remarks_say_what_is_lost() -> None:
    fields = {"kernel_regularizer": "l2", "lora_rank": 2, "dtype": "mixed_bfloat16"}
    config = LayerConfig("Dense", fields, {"activation": ("prelu", {})})
    said = "\n".join(dialect_named("torch").remarks(config))
    for word in ("kernel_regularizer", "lora_rank", "autocast", "one slope for all"):
        assert word in said
    assert dialect_named("torch").remarks(LayerConfig("Conv1D")) == ()
    (said,) = dialect_named("torch").remarks(LayerConfig("Conv1D", input_shape=(7, 5)))
    assert said == "the input 7×5 stands in the example at the end; Python is not read back"


@pytest.mark.parametrize("dtype", ["bfloat16", "float16", "mixed_bfloat16", "mixed_float16"])
def test_sixteen_bits_compute_in_sixteen_bits(dtype: str) -> None:
    config = LayerConfig("Dense", {"dtype": dtype}, {"activation": ("swish", {"beta": 2.0})})
    layer, exact = module(config), module(config.with_field("dtype", "float32"))
    exact.load_state_dict(layer.state_dict())
    kind = getattr(torch, dtype.removeprefix("mixed_"))
    x = torch.rand(4, *input_shape(config))
    given = x if dtype.startswith("mixed_") else x.to(kind)
    assert layer(given).dtype == kind
    np.testing.assert_allclose(answers(layer, given)[0], answers(exact, x)[0], rtol=0.05, atol=0.05)


def test_a_stateful_layer_goes_on_and_dropout_is_for_training() -> None:
    layer = module(LayerConfig("GRU", {"stateful": True, "units": 3, "return_sequences": True}))
    x = torch.rand(2, 6, 8)
    first, second = answers(layer, x[:, :3])[0], answers(layer, x[:, 3:])[0]
    layer.kept = None
    np.testing.assert_allclose(np.concatenate([first, second], 1), answers(layer, x)[0], rtol=1e-6)
    dropping = module(LayerConfig("LSTM", {"dropout": 0.5}))
    assert not np.array_equal(answers(dropping, x)[0], answers(dropping, x)[0])
    dropping.eval()
    np.testing.assert_array_equal(answers(dropping, x)[0], answers(dropping, x)[0])


def test_a_frozen_layer_learns_nothing() -> None:
    frozen = module(LayerConfig("Conv2D", {"trainable": False}))
    assert not any(each.requires_grad for each in frozen.parameters())
