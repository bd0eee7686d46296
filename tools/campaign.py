"""Run the tests at full size and record what was seen: command, devices, date, figures.

The tests marked `campaign`, with the sizes that take too long for every day: they find
ACTVIZ_CAMPAIGN in the environment. The record is committed. A run of some of them (`-k …`) puts
their rows anew and leaves the others', each with the date and the commit at which it was run.
"""

from __future__ import annotations

import datetime
import os
import platform
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).parent.parent
RECORD = ROOT / "docs" / "campaign.md"
COMMAND = ["-m", "pytest", "-q", "-n", "auto", "-m", "campaign"]


def main() -> int:
    """Run and record; the status is pytest's."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        environment = os.environ | {
            "ACTVIZ_CAMPAIGN": "1",
            "QT_QPA_PLATFORM": "offscreen",
            "KERAS_BACKEND": "jax",
        }
        command = [sys.executable, *COMMAND, f"--junitxml={report}", *sys.argv[1:]]
        status = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
        suite = ElementTree.parse(report).getroot().find("testsuite")
    assert suite is not None
    before = RECORD.read_text(encoding="utf-8") if RECORD.exists() else ""
    RECORD.write_text(text_of(suite, before, tests_there()), encoding="utf-8")
    print(f"recorded in {RECORD.relative_to(ROOT)}")
    return status


def text_of(suite: ElementTree.Element, before: str, there: set[str]) -> str:
    """Write the record: what ran, where, the figures that the tests gave, and older rows.

    `before` is the record so far; of it the rows are kept whose tests are `there` and did not run.
    """
    counts = {name: int(suite.get(name, "0")) for name in ("tests", "failures", "errors")}
    today, version = datetime.date.today().isoformat(), commit()
    rows = {name: row(name, cases, f"{today}, {version}") for name, cases in grouped(suite)}
    kept = {name: line for name, line in older(before).items() if name.split(".")[-1] in there}
    lines = [
        "# The campaign: the checks at full size",
        "",
        f"* last run: {today}, `{shlex.join(['tools/campaign.py', *sys.argv[1:]])}` "
        f"({counts['tests']} tests, {counts['failures']} failed, "
        f"{counts['errors']} broken, {float(suite.get('time', '0')):.0f} s)",
        f"* machine: {processor()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        *(f"* device: {line}" for line in devices()),
        "",
        "A row is a test with all its cases: when and at which commit it was last run, the",
        "seconds of all cases, and the figures it gave: integers added up, of others the largest.",
        "",
        "| test | run | cases | result | seconds | figures |",
        "|---|---|---|---|---|---|",
        *(line for _, line in sorted({**kept, **rows}.items())),
    ]
    return "\n".join(lines) + "\n"


def grouped(suite: ElementTree.Element) -> list[tuple[str, list[ElementTree.Element]]]:
    """Give the cases of each test together; a file that could not be read has none."""
    found: dict[str, list[ElementTree.Element]] = {}
    for case in suite.iter("testcase"):
        if not case.get("classname"):
            continue
        name = (case.get("name") or "").partition("[")[0]
        module = (case.get("classname") or "").removeprefix("tests.")
        found.setdefault(f"{module}.{name}", []).append(case)
    return list(found.items())


def row(name: str, cases: list[ElementTree.Element], when: str) -> str:
    """Write one test: passed or not, its time, the properties its cases recorded."""
    failed = sum(
        any(case.find(kind) is not None for kind in ("failure", "error")) for case in cases
    )
    seconds = sum(float(case.get("time", "0")) for case in cases)
    given = figures(cases)
    result = f"{failed} FAILED" if failed else "passed"
    return f"| {name} | {when} | {len(cases)} | {result} | {seconds:.0f} | {given} |"


def figures(cases: list[ElementTree.Element]) -> str:
    """Put together what the cases of a test recorded."""
    values: dict[str, list[str]] = {}
    for case in cases:
        for item in case.iter("property"):
            values.setdefault(str(item.get("name")), []).append(str(item.get("value")))
    return ", ".join(f"{name}: {_together(found)}" for name, found in values.items())


def _together(found: list[str]) -> str:
    """Add whole numbers, take the largest of others, list words."""
    if all(re.fullmatch(r"-?\d+", each) for each in found):
        return f"{sum(map(int, found)):,}"
    try:
        return f"{max(map(float, found)):.3g}"
    except ValueError:
        return "; ".join(dict.fromkeys(found))


def older(record: str) -> dict[str, str]:
    """Give the rows of a record by their tests."""
    lines = [line for line in record.splitlines() if line.startswith("| ")]
    return {line.split(" | ")[0].removeprefix("| "): line for line in lines[1:]}


def tests_there() -> set[str]:
    """Name all tests that there are."""
    texts = (path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    return {name for text in texts for name in re.findall(r"^def (test_\w+)", text, re.MULTILINE)}


def commit() -> str:
    """Name the commit that is run, with a + where files differ from it."""
    command = ["git", "describe", "--always", "--exclude=*", "--dirty=+"]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    return done.stdout.strip() or "unknown"


def devices() -> list[str]:
    """Name the devices that were there."""
    from actviz import devices as found

    return [f"{device.id}: {device.name}" for device in found() if device.usable]


def processor() -> str:
    """Name the processor, as Linux tells it."""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor()


if __name__ == "__main__":
    sys.exit(main())
