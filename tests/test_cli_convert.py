"""`actviz convert` and what `actviz check` says of sessions: as a user runs them."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from actviz import formats
from actviz.cli import main
from actviz.files import write_session
from actviz.formats import DIALECTS, Dialect, read_layer, write_layer
from actviz.layers import LayerConfig
from actviz.session import Session

CONFIG = LayerConfig("GRU", {"units": 5, "seed": 3}, {"activation": ("elu", {"alpha": 0.7})})


def run(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main([str(word) for word in words])
    out, err = capsys.readouterr()
    return int(ended.value.code or 0), out, err


@pytest.fixture
def source(tmp_path: Path) -> Path:
    file = tmp_path / "gru.json"
    file.write_text(str(write_layer(CONFIG)))
    return file


def test_there_and_back(capsys: pytest.CaptureFixture[str], source: Path, tmp_path: Path) -> None:
    there, back = tmp_path / "gru.haibal.json", tmp_path / "back.json"
    status, out, err = run(capsys, "convert", source, "--dialect", "haibal", "-o", there)
    assert (status, out) == (0, "")
    assert f"{source}: note: seed = 3 is not carried" in err
    assert run(capsys, "convert", there, "--dialect", "keras", "-o", back)[0] == 0
    assert read_layer(back) == CONFIG
    assert back.read_bytes() == source.read_bytes()


def test_without_a_target_the_file_goes_to_standard_output(
    capsys: pytest.CaptureFixture[str], source: Path
) -> None:
    status, out, _ = run(capsys, "convert", source, "--dialect", "haibal")
    assert status == 0
    assert json.loads(out)["layer"] == "GRU"


def test_a_sessions_layer_is_converted(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "some.actviz"
    write_session(file, Session(config=CONFIG))
    status, out, _ = run(capsys, "convert", file, "--dialect", "keras")
    assert status == 0
    assert read_layer(out) == CONFIG


def test_what_was_repaired_is_said(capsys: pytest.CaptureFixture[str], source: Path) -> None:
    document = json.loads(source.read_text())
    document["config"]["dtype"] = None
    source.write_text(json.dumps(document))
    _, _, err = run(capsys, "convert", source, "--dialect", "keras")
    assert f"{source}: warning: config.dtype: null depends on the reader" in err


def test_what_a_dialect_cannot_hold_leaves_the_target_alone(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    source, target = tmp_path / "mish.json", tmp_path / "target.json"
    config = LayerConfig("Dense", activations={"activation": ("mish", {})})
    source.write_text(str(write_layer(config)))
    target.write_text("mine")
    status, out, err = run(capsys, "convert", source, "--dialect", "haibal", "-o", target)
    assert (status, out, err.count("\n")) == (1, "", 1)
    assert "Dense.activation: mish is not in the toolkit" in err
    assert target.read_text() == "mine"


def test_bad_words(capsys: pytest.CaptureFixture[str], source: Path) -> None:
    assert run(capsys, "convert", source)[0] == 2
    status, _, err = run(capsys, "convert", source, "--dialect", "caffe")
    assert (status, err.count("\n")) == (1, 1)
    assert "it must be one of keras, " in err
    assert run(capsys, "convert", source.with_name("gone"), "--dialect", "keras")[0] == 1


class Plain(Dialect):
    """A dialect whose files are two bytes."""

    def write(self, config: LayerConfig) -> bytes:
        return b"\0\xff"

    def remarks(self, config: LayerConfig) -> tuple[str, ...]:
        return ()


@pytest.mark.parametrize("words", [("layer", "Dense"), ("convert", "gru.json")])
def test_bytes_are_kept_off_a_terminal(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    source: Path,
    words: tuple[str, ...],
) -> None:
    plain = Plain("plain", "Plain", ".bin")
    monkeypatch.setattr(formats, "DIALECTS", {**DIALECTS, "plain": plain})
    monkeypatch.chdir(source.parent)
    target = source.with_name("layer.bin")
    assert run(capsys, *words, "--dialect", "plain", "-o", target)[0] == 0
    assert target.read_bytes() == b"\0\xff"
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    status, out, err = run(capsys, *words, "--dialect", "plain")
    assert (status, out) == (1, "")
    assert "a file of plain is no text; name one with -o" in err


def test_check_describes_a_session_that_no_file_can_hold(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "own.actviz"
    own = LayerConfig("Dense", activations={"activation": ("formula", {"formula": "x * a"})})
    write_session(file, Session(config=own))
    status, out, err = run(capsys, "check", file)
    assert (status, err) == (0, "")
    assert "note: no keras file of it: Dense.activation: a formula of your own" in out


def test_check_says_each_warning_once(capsys: pytest.CaptureFixture[str], source: Path) -> None:
    document = json.loads(source.read_text())
    document["config"]["dtype"] = None
    source.write_text(json.dumps(document))
    _, out, _ = run(capsys, "check", source)
    assert out.count("null depends on the reader") == 1


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A model as Keras writes it, with one layer that is none of ours."""
    layers = [json.loads(str(write_layer(LayerConfig("Dense", {"name": "first"}))))]
    dropout = {"module": "keras.layers", "class_name": "Dropout", "config": {"name": "drop"}}
    layers.append({**dropout, "registered_name": None})
    mish = ("mish", {})
    last = LayerConfig("Dense", {"name": "last", "units": 4}, {"activation": mish})
    layers.append(json.loads(str(write_layer(last))))
    config = {"name": "sequential", "trainable": True, "dtype": "float32", "layers": layers}
    whole = {"module": "keras", "class_name": "Sequential", "config": config}
    file = tmp_path / "model.json"
    file.write_text(json.dumps({**whole, "registered_name": None}))
    return file


def test_check_lists_the_layers_of_a_model(capsys: pytest.CaptureFixture[str], model: Path) -> None:
    status, out, err = run(capsys, "check", model)
    assert (status, err) == (0, "")
    first, one, two, three = out.splitlines()
    assert first == f"{model}: a model with 3 layers"
    assert one.startswith(f"{model}: 1 first: Dense: fields: units = 32")
    assert two.startswith(f"{model}: 2 drop: Dropout: not read: ")
    # the first one's units are the channels of what flows into the last
    made = "input 32, output 4; 132 parameters: kernel 32×4, bias 4"
    assert three.endswith(f"activation: mish; {made}")
    assert one.endswith("; the file does not say its input")


@pytest.mark.parametrize("word", ["3", "last"])
def test_a_layer_of_a_model_is_picked(
    capsys: pytest.CaptureFixture[str], model: Path, word: str
) -> None:
    status, out, _ = run(capsys, "convert", model, "--dialect", "keras", "--layer", word)
    assert status == 0
    assert read_layer(out).fields["units"] == 4


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ((), "it holds several layers; name one with --layer: 1 first, 2 drop, 3 last"),
        (("--layer", "4"), "--layer: '4' is not allowed; it must be one of 1 first, 2 drop"),
        (("--layer", "drop"), "drop: "),
    ],
)
def test_no_layer_of_a_model_is_guessed(
    capsys: pytest.CaptureFixture[str], model: Path, more: tuple[str, ...], sentence: str
) -> None:
    status, out, err = run(capsys, "convert", model, "--dialect", "keras", *more)
    assert (status, out, err.count("\n")) == (1, "", 1)
    assert sentence in err
