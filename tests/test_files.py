from __future__ import annotations

import errno
import json
import os
import stat
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from actviz import files
from actviz import session as document
from actviz.activations import ROWS
from actviz.files import read_document, read_session, write_atomic, write_session
from actviz.formats import write_layer
from actviz.layers import Layer, LayerConfig
from actviz.session import Session, View


def rich_session() -> Session:
    """A session in which nothing has its default."""
    session = document.choose_layer(Session(), "LSTM")
    session = document.set_field(session, "units", 7)
    session = document.choose_slot(session, "recurrent_activation")
    session = document.choose_activation(session, "softmax")
    session = document.set_value(session, "logits", [0.1, -2.5e-300, 1 / 3])
    session = document.pin(session, "σ ≈ “softmax”")
    session = document.choose_activation(session, "relu")
    session = document.show_pin(document.pin(session), 1, False)
    session = document.set_view(session, View(low=-0.1, high=1 / 3, f_low=-0.0, f_high=5e-300))
    session = document.set_lens_value(session, "epsilon", 0.1 + 0.2)
    session = document.set_dtype(session, "float64")
    return msgspec.structs.replace(session, seed=2**31 - 1, lesson="lesson", step=3)


def test_a_session_comes_back_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "a.actviz"
    write_session(path, rich_session())
    assert read_session(path) == rich_session()
    assert repr(read_session(path)) == repr(rich_session())
    assert read_document(path) == rich_session()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_every_activation_comes_back(tmp_path: Path, row) -> None:
    session = document.pin(document.choose_activation(Session(), row.name))
    write_session(tmp_path / "a", session)
    assert read_session(tmp_path / "a") == session


@pytest.mark.parametrize("layer", [layer.value for layer in Layer])
def test_every_layer_comes_back(tmp_path: Path, layer: str) -> None:
    session = document.choose_layer(Session(), layer)
    write_session(tmp_path / "a", session)
    assert read_session(tmp_path / "a") == session


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_come_back_to_the_last_bit(alpha: float) -> None:
    session = document.set_value(Session(), "alpha", alpha)
    text = files.session_text(session)
    again = files.session_of(json.loads(text), "here").values["alpha"]
    assert again.hex() == (alpha + 0.0).hex()


def test_what_a_file_leaves_out_has_its_default(tmp_path: Path) -> None:
    (tmp_path / "a").write_text('{"actviz": 1}')
    assert read_session(tmp_path / "a") == Session()
    (tmp_path / "a").write_text(
        '{"actviz": 1, "layer": {"type": "GRU", '
        '"activations": {"activation": {"name": "elu", "values": {"alpha": 2}}}}}'
    )
    read = read_session(tmp_path / "a")
    assert (read.config.layer, read.values) == ("GRU", {"alpha": 2.0})


def changed(**parts: object) -> str:
    return json.dumps({**json.loads(files.session_text(rich_session())), **parts})


WHOLE = files.session_text(rich_session())
BAD_FILES = {
    "empty": ("", "no text"),
    "truncated": (WHOLE[:200], "ends too early"),
    "no JSON": ("alpha = 1", "not JSON"),
    "text after it": (WHOLE + "x", "text after the value"),
    "NaN": (WHOLE.replace("-0.1", "NaN", 1), "NaN"),
    "infinite": (WHOLE.replace("-0.1", "1e999", 1), "overflows"),
    "too deep": ("[" * 5000 + "]" * 5000, "deeper"),
    "twice the same key": (WHOLE.replace('"seed"', '"step"'), "twice"),
    "a list": ("[1, 2]", "a layer|no session|object"),
    "a newer version": (changed(actviz=2), "version 2, made by a newer actviz"),
    "a false version": (changed(actviz=True), "actviz: True is not allowed"),
    "version 0": (changed(actviz=0), "actviz: 0 is not allowed"),
    "an unknown key": (changed(colour="red"), "unknown field colour"),
    "an unknown view key": (changed(view={"depth": 3}), "view: .*unknown field depth"),
    "a wrong type": (changed(view={"low": "a"}), r"view\.low: expected float, got str"),
    "a wrong pin": (changed(pins=[{"label": "a"}]), r"pins\[0\]: .*missing required field"),
    "an empty view": (changed(view={"low": 1, "high": 1}), "view x"),
    "an unknown layer": (changed(layer={"type": "Dens"}), "layer: 'Dens' is not allowed"),
    "an unknown field": (changed(layer={"type": "Dense", "fields": {"filters": 1}}), "filters"),
    "an unknown slot": (changed(slot="gate"), "slot of LSTM: 'gate'"),
    "a bad value": (
        changed(
            layer={
                "type": "Dense",
                "activations": {"activation": {"name": "elu", "values": {"alpha": "1"}}},
            },
            slot="activation",
        ),
        r"elu\.alpha: '1' is not allowed",
    ),
    "a bad setting": (changed(lens_values={"epsilon": -1}), "epsilon: -1 is not allowed"),
    "a bad seed": (changed(seed=10**12), "seed"),
    "UTF-16": (WHOLE.encode("utf-16"), "UTF-16"),
    "no UTF-8": (b'{"actviz": "\xff"}', "UTF-8"),
}


@pytest.mark.parametrize(("content", "words"), BAD_FILES.values(), ids=BAD_FILES)
def test_a_bad_file_is_refused_with_its_name_and_the_place(
    tmp_path: Path, content: str | bytes, words: str
) -> None:
    path = tmp_path / "bad.actviz"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    for read in (read_session, read_document):
        with pytest.raises(ValueError, match=rf"(?s)bad\.actviz.*({words})") as caught:
            read(path)
        assert "\n" not in str(caught.value)
        assert len(str(caught.value)) < 600


def test_a_layer_file_is_known_by_its_content(tmp_path: Path) -> None:
    config = LayerConfig("Dense", {"units": 3}, {"activation": ("elu", {"alpha": 0.7})})
    path = tmp_path / "layer.actviz"
    path.write_text(write_layer(config))
    assert read_document(path) == config
    with pytest.raises(ValueError, match="no session"):
        read_session(path)
    softmax = LayerConfig("Dense", {}, {"activation": ("softmax", {"logits": (1.0, 2.0)})})
    assert '"actviz"' in write_layer(softmax)  # its own remark is not a session's version
    path.write_text(write_layer(softmax))
    assert read_document(path) == softmax


def test_files_that_are_not_there_and_folders_are_refused(tmp_path: Path) -> None:
    for read in (read_session, read_document):
        with pytest.raises(ValueError, match=r"gone\.actviz: it cannot be read: no such file"):
            read(tmp_path / "gone.actviz")
        with pytest.raises(ValueError, match="it is a directory"):
            read(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ValueError, match="not a regular file"):
        read_session(tmp_path / "pipe")


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    with (tmp_path / "huge").open("wb") as file:
        file.truncate(10**11)
    with pytest.raises(ValueError, match="larger than the 10,000,000 bytes allowed"):
        read_session(tmp_path / "huge")


def test_a_name_of_odd_bytes_can_be_said(tmp_path: Path) -> None:
    path = os.fsdecode(os.fsencode(tmp_path) + b"/\xff.actviz")
    with pytest.raises(ValueError, match="cannot be read") as caught:
        read_session(path)
    str(caught.value).encode()
    write_session(path, Session())
    assert read_session(path) == Session()


def test_a_bad_session_is_not_written(tmp_path: Path) -> None:
    bad = msgspec.structs.replace(Session(), view=View(low=float("nan")))
    with pytest.raises(ValueError, match="view x"):
        write_session(tmp_path / "a", bad)
    assert list(tmp_path.iterdir()) == []


def test_writing_replaces_the_file_and_keeps_its_permissions(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("old")
    path.chmod(0o640)
    write_atomic(path, "new")
    assert path.read_text() == "new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert list(tmp_path.iterdir()) == [path]


def test_a_new_file_follows_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_atomic(tmp_path / "a", b"\x00\xff")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o640
    assert (tmp_path / "a").read_bytes() == b"\x00\xff"


def test_a_link_keeps_pointing_at_its_file(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    target, link = tmp_path / "folder" / "target", tmp_path / "link"
    target.write_text("old")
    link.symlink_to(target)
    write_atomic(link, "new")
    assert link.is_symlink()
    assert target.read_text() == "new"


def test_a_link_in_a_circle_is_refused(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(link)
    with pytest.raises(ValueError, match="link: it cannot be written"):
        write_atomic(link, "new")
    assert link.is_symlink()


def test_a_pipe_is_written_to_and_stays_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write_atomic(pipe, "new")
    assert os.read(reader, 10) == b"new"
    os.close(reader)
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def fail(error: int) -> Callable[..., None]:
    def failing(*_: object, **__: object) -> None:
        raise OSError(error, os.strerror(error))

    return failing


@pytest.mark.parametrize(
    ("name", "error", "words"),
    [
        ("fsync", errno.EIO, "input/output error"),
        ("replace", errno.EACCES, "permission denied"),
        ("open", errno.ENOSPC, "no space left on device"),
    ],
)
def test_whatever_fails_the_old_file_stays_and_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, error: int, words: str
) -> None:
    path = tmp_path / "a"
    path.write_text("old")
    monkeypatch.setattr(files.os, name, fail(error))
    with pytest.raises(ValueError, match=f"a: it cannot be written: {words}"):
        write_atomic(path, "new")
    monkeypatch.undo()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_an_interruption_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    (tmp_path / "a").write_text("old")
    monkeypatch.setattr(files.os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_atomic(tmp_path / "a", "new")
    assert (tmp_path / "a").read_text() == "old"
    assert list(tmp_path.iterdir()) == [tmp_path / "a"]


def test_what_cannot_be_written_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="it is a directory"):
        write_atomic(tmp_path, "new")
    with pytest.raises(ValueError, match="no such file or directory"):
        write_atomic(tmp_path / "no" / "a", "new")
    (tmp_path / "file").write_text("old")
    with pytest.raises(ValueError, match="not a directory"):
        write_atomic(tmp_path / "file" / "a", "new")
    monkeypatch.setattr(files.os, "access", lambda *_: False)
    with pytest.raises(ValueError, match="file: it cannot be written: the file is read-only"):
        write_atomic(tmp_path / "file", "new")
    assert (tmp_path / "file").read_text() == "old"
