from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from actviz import recovery
from actviz import session as document
from actviz.recovery import Recovery, abandoned, recovery_folder
from actviz.session import Session

SAVER = """
import sys
from actviz import session as document
from actviz.recovery import Recovery
from actviz.session import Session

state = Recovery()
state.save(document.set_value(Session(), "alpha", 0.7), "/home/of/file.actviz")
print("saved", flush=True)
sys.stdin.readline()
"""
BENT = document.set_value(Session(), "alpha", 0.7)


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CONFIG", "STATE", "CACHE", "DATA"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name))


def saving_process() -> subprocess.Popen[str]:
    """Start a process that has saved a state and lives until it is killed."""
    process = subprocess.Popen(
        [sys.executable, "-c", SAVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "saved\n"
    return process


def end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


def test_it_lies_in_the_users_own_folder(tmp_path: Path) -> None:
    assert recovery_folder() == tmp_path / "STATE" / "actviz" / "recovery"
    assert abandoned() == []
    assert not recovery_folder().exists()


def test_the_state_of_a_killed_process_is_found_and_that_of_a_living_one_is_not() -> None:
    process = saving_process()
    try:
        assert len(list(recovery_folder().glob("*.recovery"))) == 1
        assert abandoned() == []
    finally:
        end(process)
    (found,) = abandoned()
    assert (found.session, found.origin) == (BENT, "/home/of/file.actviz")
    assert found.seconds == found.file.stat().st_mtime
    assert abandoned() == [found]  # looking does not take it away
    found.discard()
    assert abandoned() == []
    assert list(recovery_folder().iterdir()) == []


def test_a_process_does_not_find_its_own_state() -> None:
    own = Recovery()
    own.save(BENT)
    assert abandoned() == []
    own.clear()


def test_a_clean_end_leaves_nothing() -> None:
    own = Recovery()
    own.save(BENT)
    assert len(list(recovery_folder().iterdir())) == 2
    own.clear()
    assert list(recovery_folder().iterdir()) == []
    own.clear()
    own.save(BENT, "x")  # the document was changed again after it had been saved
    assert own.file.exists()
    own.clear()


def test_an_unchanged_state_is_not_written_again() -> None:
    own = Recovery()
    own.save(BENT)
    own.file.unlink()
    own.save(document.set_value(Session(), "alpha", 0.7))
    assert not own.file.exists()
    own.save(BENT, "elsewhere")
    assert own.file.exists()
    own.clear()


def test_several_windows_keep_their_own_states() -> None:
    first, second = Recovery(), Recovery()
    first.save(BENT)
    second.save(Session())
    assert first.file != second.file
    first.clear()
    assert second.file.exists()
    second.clear()


def test_a_state_without_its_lock_is_found() -> None:
    own = Recovery()
    own.save(BENT)
    own.file.with_name(own.file.name + ".lock").unlink()
    assert [state.session for state in abandoned()] == [BENT]
    own.clear()


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"origin": 1, "session": {"actviz": 99}}'])
def test_a_broken_state_is_set_aside(content: str) -> None:
    recovery_folder().mkdir(parents=True)
    file = recovery_folder() / "1-aa.recovery"
    file.write_text(content)
    assert abandoned() == []
    assert [path.name for path in recovery_folder().iterdir()] == ["1-aa.recovery.broken"]


def test_the_newest_state_comes_first() -> None:
    recovery_folder().mkdir(parents=True)
    kept = []
    for age, alpha in ((3, 1.5), (1, 2.5), (2, 3.5)):
        state = Recovery()
        session = document.set_value(Session(), "alpha", alpha)
        state.save(session)
        os.utime(state.file, (1000 - age, 1000 - age))
        state.file.with_name(state.file.name + ".lock").unlink()
        kept.append(state)
    assert [state.session.values["alpha"] for state in abandoned()] == [2.5, 3.5, 1.5]
    for state in kept:
        state.clear()


def test_where_no_state_can_be_kept_the_sentence_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "STATE").write_text("a file where a folder should be")
    with pytest.raises(ValueError, match="the folder cannot be made"):
        Recovery().save(BENT)
    (tmp_path / "STATE").unlink()

    def refuse(_: int) -> None:
        raise OSError(37, "No locks available")

    monkeypatch.setattr(recovery, "_take", refuse)
    with pytest.raises(ValueError, match="it cannot be locked: no locks available"):
        Recovery().save(BENT)
