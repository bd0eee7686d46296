"""`actviz verify`: every published number is reproduced, and a wrong one is seen."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path

import mpmath
import pytest

from actviz.analysis import published
from actviz.analysis.published import GROUPS, Check, Verdict, cells, shown, verdict, verify
from actviz.cli import main

PAGE = (Path(__file__).parents[1] / "docs" / "verify.md").read_text("utf-8")
ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")


@pytest.fixture(scope="module")
def found() -> tuple[Verdict, ...]:
    return verify()


def test_every_published_number_is_reproduced(found: tuple[Verdict, ...]) -> None:
    assert [cells(each) for each in found if each.finding == "fail"] == []
    assert len(found) == sum(map(len, GROUPS.values()))
    assert sum(each.finding == "heuristic" for each in found) == 3


def test_each_number_has_a_source_and_a_tolerance_that_can_fail() -> None:
    for group, checks in GROUPS.items():
        keys = [(each.name, each.published, each.source) for each in checks]
        assert len(set(keys)) == len(keys), group
        for each in checks:
            assert each.source
            if each.number is not None and math.isfinite(each.number) and each.relative is None:
                assert each.tolerance <= 0.05 * max(1.0, abs(each.number)), each.name


@pytest.mark.parametrize(
    ("published_text", "value", "finding"),
    [
        ("0.25", 0.2549, "pass"),
        ("0.25", 0.2551, "fail"),
        ("1", 1.0, "pass"),
        ("1", 1.0001, "fail"),
        ("0", 0.0, "pass"),
        ("0", 1e-9, "fail"),
        ("4.7e-4", 4.749e-4, "pass"),
        ("4.7e-4", 4.76e-4, "fail"),
        ("-0.278", -0.27846, "pass"),
        ("inf", math.inf, "pass"),
        ("inf", 1e300, "fail"),
        ("0.25", math.nan, "fail"),
        ("0.25", math.inf, "fail"),
        ("soft, none", "soft, none", "pass"),
        ("soft, none", "hard, none", "fail"),
    ],
)
def test_the_printed_digits_say_what_passes(
    published_text: str, value: float | str, finding: str
) -> None:
    check = Check("a", published_text, lambda: value, "nowhere")
    assert verdict("b", check).finding == finding


def test_exact_and_relative_tolerances() -> None:
    assert verdict("", Check("a", "0.25", lambda: 0.2501, "", exact=True)).finding == "fail"
    assert (
        verdict("", Check("a", "1.713958", lambda: 1.7132, "", relative=1.5e-3)).finding == "pass"
    )
    assert (
        verdict("", Check("a", "1.713958", lambda: 1.7112, "", relative=1.5e-3)).finding == "fail"
    )


def test_what_cannot_be_computed_has_failed_and_says_why() -> None:
    def broken() -> float:
        raise ValueError("there is no root")

    for heuristic in (False, True):
        found = verdict("b", Check("a", "1", broken, "nowhere", heuristic=heuristic))
        assert (found.finding, found.trouble) == ("fail", "there is no root")
        assert shown(found) == "nan"


def test_digits_beyond_the_papers_are_those_of_mpmath(found: tuple[Verdict, ...]) -> None:
    """What the table calls mpmath's, computed by mpmath here, for one of each kind."""
    ours = {(each.check.name, each.check.published): each.value for each in found}
    with mpmath.workdps(30):
        phi, cdf = mpmath.npdf, mpmath.ncdf
        root = mpmath.findroot(lambda x: cdf(x) + x * phi(x), -0.75)
        assert ours["GELU, minimum", "-0.1699712074799"] == pytest.approx(
            float(root * cdf(root)), rel=1e-14
        )
        assert ours["GELU, minimum at", "-0.7517915246936"] == pytest.approx(float(root), rel=1e-14)

        def tanh_form(x: mpmath.mpf) -> mpmath.mpf:
            u = mpmath.sqrt(2 / mpmath.pi) * (x + mpmath.mpf("0.044715") * x**3)
            return x / 2 * (1 + mpmath.tanh(u))

        apart = mpmath.diff(tanh_form, 2.018656) - (cdf(2.018656) + 2.018656 * phi(2.018656))
        assert ours["GELU′, tanh form − exact, maximum", "8.684518350e-4"] == pytest.approx(
            float(apart), rel=1e-9
        )
        scale, alpha = mpmath.mpf("1.0507009873554804934"), mpmath.mpf("1.6732632423543772848")
        slope = mpmath.quad(
            lambda z: ((scale if z > 0 else scale * alpha * mpmath.exp(z)) ** 2) * phi(z),
            [-mpmath.inf, 0, mpmath.inf],
        )
        assert ours["SELU: E f′²", "1.0715749925"] == pytest.approx(float(slope), rel=1e-12)


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(words)
    out, err = capsys.readouterr()
    return int(ended.value.code or 0), out, err


def test_the_command_lists_all_and_ends_with_0(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    found: tuple[Verdict, ...],
) -> None:
    monkeypatch.setattr(published, "verify", lambda: found)
    status, out, err = run(capsys, "verify")
    assert (status, err) == (0, "")
    for group, checks in GROUPS.items():
        assert f"\n{group}\n" in f"\n{out}"
        assert all(each.name in out and each.source in out for each in checks)
    status, out, err = run(capsys, "verify", "--json")
    assert (status, err) == (0, "")
    objects = json.loads(out)
    assert [each["published"] for each in objects] == [each.check.published for each in found]
    lipschitz = next(each for each in objects if each["published"] == "inf")
    assert (lipschitz["value"], lipschitz["deviation"], lipschitz["finding"]) == (
        "inf",
        None,
        "pass",
    )


def test_a_failure_is_said_and_ends_with_1(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = Check("sigmoid′, maximum", "0.26", lambda: 0.25, "a misprint", note="made up")
    monkeypatch.setattr(published, "GROUPS", {"Functions": (wrong,)})
    status, out, err = run(capsys, "verify")
    assert status == 1
    assert re.search(r"fail +sigmoid′, maximum +0\.25 +0\.26 +-1\.0e-02 +a misprint", out)
    assert err == ("actviz: 1 published numbers: 0 pass, 1 fail, 0 rules of thumb are not judged\n")
    status, out, err = run(capsys, "verify", "--json")
    assert (status, json.loads(out)[0]["finding"], json.loads(out)[0]["note"]) == (
        1,
        "fail",
        "made up",
    )


def test_the_page_and_the_readme_are_current(found: tuple[Verdict, ...]) -> None:
    rows = [line.split(" | ") for line in PAGE.splitlines() if " | pass | " in line]
    rows += [line.split(" | ") for line in PAGE.splitlines() if " | heuristic | " in line]
    assert len(rows) == len(found), "run tools/verify_docs.py"
    said = {(row[0].removeprefix("| ").replace("\\|", "|"), row[2]) for row in rows}
    assert said == {(each.check.name, each.check.published) for each in found}
    assert len(found) > 200
    assert "[more than 200 published numbers](docs/verify.md)" in README
