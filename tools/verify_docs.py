"""Write docs/verify.md: every published number, what this program computes, and the source."""

from __future__ import annotations

import sys
from pathlib import Path

from actviz.analysis.published import GROUPS, Verdict, cells, summary, verify

PAGE = Path(__file__).parents[1] / "docs" / "verify.md"
HEAD = """# Published numbers, recomputed

Made by `tools/verify_docs.py`; `actviz verify` computes it anew. A number passes where ours rounds
to what is printed; Monte Carlo figures (NFNet, timm) have a relative tolerance of 1.5e-3; a word
must be the same word. Rules of thumb are named *heuristic*: they are set beside ours and not
judged. Gains name their convention, because the three disagree. Digits beyond those of a paper come
from closed forms and from mpmath at 30 digits.
"""


def main() -> int:
    """Write the page; exit status 1 where a number fails."""
    found = verify()
    PAGE.write_text(page(found), encoding="utf-8")
    return int(any(each.finding == "fail" for each in found))


def page(found: tuple[Verdict, ...]) -> str:
    """Give the page."""
    lines = [HEAD, f"{summary(found)}.", ""]
    for group in GROUPS:
        lines += [f"## {group}", "", "| quantity | ours | published | deviation | | source |"]
        lines.append("|---|---|---|---|---|---|")
        lines += [line(each) for each in found if each.group == group]
        lines.append("")
    return "\n".join(lines)


def line(verdict: Verdict) -> str:
    """Give a row of the table; the note stands behind the source."""
    finding, name, ours, published, deviation, source = (
        cell.replace("|", "\\|") for cell in cells(verdict)
    )
    said = f"{source}; {verdict.check.note}" if verdict.check.note else source
    return f"| {name} | {ours} | {published} | {deviation} | {finding} | {said} |"


if __name__ == "__main__":
    sys.exit(main())
