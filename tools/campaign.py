"""Run the tests at full size and record what was seen: command, devices, date, figures.

The tests marked `campaign`, with the sizes that take too long for every day: they find
ACTVIZ_CAMPAIGN in the environment. The record is committed.
"""

from __future__ import annotations

import datetime
import os
import platform
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
    RECORD.write_text(text_of(suite), encoding="utf-8")
    print(f"recorded in {RECORD.relative_to(ROOT)}")
    return status


def text_of(suite: ElementTree.Element) -> str:
    """Write the record: what ran, where, and the figures that the tests gave."""
    counts = {name: int(suite.get(name, "0")) for name in ("tests", "failures", "errors")}
    lines = [
        "# The campaign: the checks at full size",
        "",
        f"* date: {datetime.date.today().isoformat()}",
        f"* command: `{shlex.join(['tools/campaign.py', *sys.argv[1:]])}` "
        f"({counts['tests']} tests, {counts['failures']} failed, "
        f"{counts['errors']} broken, {float(suite.get('time', '0')):.0f} s)",
        f"* machine: {processor()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        *(f"* device: {line}" for line in devices()),
        "",
        "| test | result | seconds | figures |",
        "|---|---|---|---|",
        *(row(case) for case in suite.iter("testcase")),
    ]
    return "\n".join(lines) + "\n"


def row(case: ElementTree.Element) -> str:
    """Write one test: passed or not, its time, the properties it recorded."""
    failed = any(case.find(kind) is not None for kind in ("failure", "error"))
    figures = ", ".join(
        f"{item.get('name')}: {item.get('value')}" for item in case.iter("property")
    )
    name = f"{(case.get('classname') or '').removeprefix('tests.')}.{case.get('name')}"
    return f"| {name} | {'FAILED' if failed else 'passed'} | {case.get('time')} | {figures} |"


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
