"""Write the tables of docs/accuracy.md: what `actviz accuracy` gives, with command, device, date.

    .venv/bin/python tools/accuracy_docs.py float32 float64 float16 bfloat16 frameworks
    .venv/bin/python tools/accuracy_docs.py exhaustive [--device ID] [ACTIVATION…]

Each table stands between two comments and is replaced as a whole; of `exhaustive` only the rows
of the activations that are named, so that it can be made function by function. Without a name it
measures those of the source page whose row is missing or was measured with other kernels: a row
holds a checksum of the device's numbers over the sweep. Frameworks are measured where they are
installed: run it in an environment that has them.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from zlib import crc32

from campaign import processor

from actviz import devices
from actviz.accuracy.inputs import sweep
from actviz.accuracy.tables import markdown, ulp
from actviz.accuracy.tally import FAULTS
from actviz.activations import ROWS, row
from actviz.engines import open_engine
from actviz.evaluation import Request

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "accuracy.md"
FRAMEWORKS = ("torch", "jax", "keras", "onnxruntime")
SOURCE_PAGE = tuple(each.name for each in ROWS[:10])
MARKS = ("0", "∞", "±", "NaN")
EXHAUSTIVE = (
    "activation", "device", "f: max ULP", "at", "f′: max ULP", "at", "99.99 %: f, f′", "faults",
    "inputs", "minutes", "date", "bits",
)  # fmt: skip
Told = list[dict[str, Any]]


def main() -> None:
    """Make the tables that are named."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("table")
    parser.add_argument("names", nargs="*")
    parser.add_argument("--device", default="intel-cpu")
    options = parser.parse_args()
    if options.table == "exhaustive":
        for name in options.names or outdated(options.device):
            bits = checksum(name, options.device)
            told = measured([name, "--exhaustive", "--device", options.device])
            add_exhaustive(told, bits)
        return
    for table in (options.table, *options.names):
        replace(table, frameworks(options.device) if table == "frameworks" else engines(table))


def measured(words: list[str]) -> Told:
    """Run the command; its complaints go to the terminal."""
    command = [sys.executable, "-m", "actviz", "accuracy", *words, "--json"]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True)
    told: Told = json.loads(done.stdout)
    return told


def engines(dtype: str) -> str:
    """Compare all devices that compute in a dtype: the largest errors of f, then of f′."""
    found = [each for each in devices() if each.usable and dtype in each.dtypes]
    told = {each.id: measured(["--dtype", dtype, "--device", each.id]) for each in found}
    header = ["activation", *(f"{part}: {each}" for part in ("f", "f′") for each in told)]
    rows = [
        [first["activation"]]
        + [cell(each[index][part]) for part in ("f", "df") for each in told.values()]
        for index, first in enumerate(next(iter(told.values())))
    ]
    points = {item[part]["points"] for each in told.values() for item in each for part in ("f",)}
    names = [f"{each.id}: {each.name}" for each in found]
    command = f"actviz accuracy --dtype {dtype} --device …"
    return markdown(header, rows) + note(command, names, points)


def frameworks(device: str) -> str:
    """Compare a device of ours with the frameworks that are installed: first f, then f′."""
    against = [each for each in FRAMEWORKS if find_spec(each)]
    words = ["--device", device, *(word for each in against for word in ("--against", each))]
    told = measured(words)
    by = list(dict.fromkeys(each["by"] for each in told))
    found = {(each["activation"], each["by"]): each for each in told}
    text = ""
    for part, title in (("f", "f"), ("df", "f′")):
        rows = [
            [one.name, *(cell((found.get((one.name, each)) or {}).get(part)) for each in by)]
            for one in ROWS
        ]
        text += markdown([title, *by], rows) + "\n"
    names = list({each["by"]: f"{each['by']}: {each['name']}" for each in told}.values())
    points = {each["f"]["points"] for each in told}
    return text + note(f"actviz accuracy {' '.join(words)}", names, points)


def cell(part: dict[str, Any] | None) -> str:
    """Write the largest error, and how often which fault was found."""
    if part is None:
        return "–"
    told = [ulp(part["max_ulp"])]
    for name, mark in zip(FAULTS, MARKS, strict=True):
        count, nearest = part[name]["count"], part[name]["nearest"]
        if count:
            where = "" if mark == "NaN" else f" from {float(nearest['decimal']):.4g}"
            told.append(f"{count:,} × {mark}{where}")
    return ", ".join(told)


def note(command: str, names: list[str], points: set[int]) -> str:
    """Say what gave a table: the command, who computed, on what, when."""
    lines = [
        f"`{command}`, {min(points):,} to {max(points):,} inputs a function",
        *names,
        f"{processor()}, {os.cpu_count()} cores, Python {platform.python_version()}, {today()}, "
        f"commit {commit()}",
    ]
    return "\n" + "\n".join(f"* {line}" for line in lines) + "\n"


def outdated(device: str) -> list[str]:
    """Name the activations of the source page that are not measured as they compute now."""
    known = {tuple(line[:2]): line[-1] for line in exhaustive_rows()}
    return [each for each in SOURCE_PAGE if known.get((each, device)) != checksum(each, device)]


def checksum(name: str, device: str) -> str:
    """Give the CRC-32 of f and of f′ over the sweep's inputs, as this commit computes them."""
    each, engine = row(name), open_engine(device)
    inputs = sweep(each, each.complete(), "float32")
    f = df = 0
    for number in range(len(inputs.sizes)):
        result = engine.run(Request.of(name, {}, inputs.block(number)))
        f, df = crc32(result.y.tobytes(), f), crc32(result.dy.tobytes(), df)
    return f"{f:08x} {df:08x}"


def add_exhaustive(told: Told, bits: str) -> None:
    """Put functions into the table of exhaustive runs, in the catalogue's order."""
    rows = {tuple(line[:2]): line for line in exhaustive_rows()}
    for each in told:
        f, df = each["f"], each["df"]
        line = [
            each["activation"],
            each["by"],
            ulp(f["max_ulp"]),
            place(f),
            ulp(df["max_ulp"]),
            place(df),
            f"{ulp(f['ulp_99_99'])}, {ulp(df['ulp_99_99'])}",
            str(sum(part[name]["count"] for part in (f, df) for name in FAULTS)),
            f"{f['points']:,}",
            f"{each['seconds'] / 60:.1f}",
            today(),
            bits,
        ]
        rows[tuple(line[:2])] = line
    order = [each.name for each in ROWS]
    ordered = sorted(rows.values(), key=lambda line: (order.index(line[0]), line[1]))
    replace("exhaustive", markdown(EXHAUSTIVE, ordered))


def place(part: dict[str, Any]) -> str:
    """Write the worst input, where there is one."""
    worst = part["worst_input"]
    return f"{worst['decimal']} ({worst['hex']})" if worst else ""


def exhaustive_rows() -> list[list[str]]:
    """Read the rows that stand in the page."""
    found = section("exhaustive").search(PAGE.read_text("utf-8"))
    assert found
    lines = found[2].strip().splitlines()[2:]
    return [[each.strip() for each in line.strip("| ").split(" | ")] for line in lines]


def section(name: str) -> re.Pattern[str]:
    """Find a table's place in the page."""
    return re.compile(rf"(<!-- {name} -->\n)(.*?)(<!-- end of {name} -->)", re.DOTALL)


def replace(name: str, content: str) -> None:
    """Put a table into its place in the page."""
    text = PAGE.read_text("utf-8")
    new, count = section(name).subn(lambda m: f"{m[1]}{content}{m[3]}", text)
    if count != 1:
        sys.exit(f"{PAGE.name}: there is no place for {name}")
    PAGE.write_text(new, "utf-8")
    print(f"{name}: written into {PAGE.relative_to(ROOT)}")


def today() -> str:
    """Give the date."""
    return datetime.date.today().isoformat()


def commit() -> str:
    """Name the commit that is checked out."""
    command = ["git", "rev-parse", "--short", "HEAD"]
    return subprocess.run(
        command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True
    ).stdout.strip()


if __name__ == "__main__":
    main()
