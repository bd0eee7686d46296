"""The Verify lens: published numbers, recomputed by this program while one looks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from actviz.analysis.published import COLUMNS, GROUPS, Finding, Verdict, cells, verified
from actviz.session import Session
from actviz.ui.board import Board, Drawing, Part, Table
from actviz.ui.look import Look
from actviz.ui.readings import Reading

_ALL = sum(map(len, GROUPS.values()))
_MARKS: dict[Finding, str] = {"pass": "✓", "fail": "✗", "heuristic": "≈"}
_LONGEST = 12


@dataclass(frozen=True, slots=True)
class Found:
    """The verdicts so far."""

    verdicts: tuple[Verdict, ...]


def key(session: Session) -> str:
    """Depend on nothing: the numbers are the same for every session."""
    return "published"


def work(wanted: str) -> Iterator[Part]:
    """Recompute one number after the other."""
    found: list[Verdict] = []
    for each in verified():
        found.append(each)
        yield Part(len(found) / _ALL, Found(tuple(found)))


def board(found: Found, session: Session, look: Look) -> Board:
    """List the verdicts of the group chosen; failures of any group come first, in red."""
    group, first = session.settings["group"], session.settings["first_line"]
    assert isinstance(group, str)
    assert isinstance(first, int)
    failed = [each for each in found.verdicts if each.finding == "fail"]
    own = [each for each in found.verdicts if each.group == group and each.finding != "fail"]
    listed = [*failed, *own[min(first, max(len(own), 1)) - 1 :]]
    table = Table(
        "numbers",
        f"{group}: {len(own)} numbers" + (f", and {len(failed)} that fail" if failed else ""),
        ("", *COLUMNS[1:]),
        tuple(_line(each) for each in listed),
        frozenset(range(len(failed))),
    )
    return Board(((table,),), readings(found), _SENTENCE)


DRAWING = Drawing(key=key, work=work, board=board, live=False)

_SENTENCE = (
    "A number passes where ours rounds to what is printed; Monte Carlo figures (NFNet, timm) "
    "within 1.5·10⁻³ of it. Rules of thumb, marked ≈, are not judged. "
    "“actviz verify” prints all, with notes."
)


def _line(verdict: Verdict) -> tuple[str, ...]:
    """Give a line of the table; where nothing was computed, why stands behind the source."""
    _, quantity, ours, *others, source = cells(verdict)
    value = verdict.value
    if isinstance(value, float) and len(ours) > _LONGEST:
        ours = f"{value:.{_LONGEST - 3}g}"  # the deviation tells the other digits
    said = f"{source}; {verdict.trouble}" if verdict.trouble else source
    return _MARKS[verdict.finding], quantity, ours, *others, said


def readings(found: Found) -> tuple[Reading, ...]:
    """Count what passed, failed, and is still to come."""
    counts = {
        finding: sum(each.finding == finding for each in found.verdicts)
        for finding in ("pass", "fail", "heuristic")
    }
    return (
        Reading("recomputed", f"{len(found.verdicts)} of {_ALL}", "Published numbers so far"),
        Reading("pass", str(counts["pass"]), "Ours rounds to what is printed"),
        Reading("fail", str(counts["fail"]), "Listed first, in red, whatever the group"),
        Reading("heuristic", str(counts["heuristic"]), "Rules of thumb beside ours, not judged"),
    )
