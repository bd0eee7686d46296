from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from actviz import preferences
from actviz.preferences import MOST_RECENT, Preferences, forget, load, preferences_path, remember

SOME = Preferences(
    theme="dark",
    device="pocl-cpu",
    geometry="01d9ff",
    layout="00ff",
    recent=("/a/b.actviz", "/ä/c.json"),
    locale="de_DE",
)


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CONFIG", "STATE", "CACHE", "DATA"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name))


def test_they_lie_in_the_users_own_folder(tmp_path: Path) -> None:
    assert preferences_path() == tmp_path / "CONFIG" / "actviz" / "preferences.json"


def test_without_a_file_the_defaults_hold() -> None:
    assert load() == (Preferences(), "")
    assert not preferences_path().exists()


def test_they_come_back_as_they_were() -> None:
    preferences.save(SOME)
    assert load() == (SOME, "")


def test_keys_of_a_newer_version_are_kept() -> None:
    preferences.save(SOME)
    path = preferences_path()
    path.write_text(json.dumps({**json.loads(path.read_text()), "sound": {"volume": [1, 2]}}))
    read, message = load()
    assert message == ""
    preferences.save(msgspec.structs.replace(read, theme="light"))
    written = json.loads(path.read_text())
    assert written["sound"] == {"volume": [1, 2]}
    assert written["theme"] == "light"


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"theme": "pink"}', '{"recent": [1]}', '{"device": NaN}']
)
def test_a_broken_file_is_set_aside(content: str) -> None:
    path = preferences_path()
    path.parent.mkdir(parents=True)
    path.write_text(content)
    read, message = load()
    assert read == Preferences()
    assert message.startswith(str(path))
    assert "set aside as" in message
    assert not path.exists()
    assert path.with_name("preferences.json.broken").read_text() == content
    assert load() == (Preferences(), "")
    preferences.save(SOME)
    assert load() == (SOME, "")


def test_a_folder_in_its_place_does_not_stop_the_start() -> None:
    path = preferences_path()
    path.mkdir(parents=True)
    path.with_name("preferences.json.broken").write_text("in the way")
    read, message = load()
    assert read == Preferences()
    assert "could not be set aside" in message


def test_where_they_cannot_be_saved_the_sentence_says_so(tmp_path: Path) -> None:
    (tmp_path / "CONFIG").write_text("a file where a folder should be")
    with pytest.raises(ValueError, match="the folder cannot be made: not a directory"):
        preferences.save(SOME)


def test_recent_files_are_newest_first_once_each_and_ten(monkeypatch: pytest.MonkeyPatch) -> None:
    some = Preferences()
    for number in range(MOST_RECENT + 2):
        some = remember(some, f"/files/{number}.actviz")
    assert len(some.recent) == MOST_RECENT
    assert some.recent[0] == "/files/11.actviz"
    again = remember(some, "/files/5.actviz")
    assert again.recent[:2] == ("/files/5.actviz", "/files/11.actviz")
    assert len(again.recent) == MOST_RECENT
    assert "/files/5.actviz" not in forget(again, "/files/5.actviz").recent
    monkeypatch.chdir("/")
    assert remember(Preferences(), "x.json").recent == ("/x.json",)


def test_too_many_recent_files_in_a_file_are_cut() -> None:
    preferences.save(msgspec.structs.replace(SOME, recent=tuple(map(str, range(50)))))
    assert len(load()[0].recent) == MOST_RECENT
