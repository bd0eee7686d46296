"""Fuzz the readers, guided by coverage: nothing but a layer or a ValueError may come out.

Usage: fuzz.py [RUNS]. atheris (libFuzzer for Python; requirements/fuzz.txt) changes files of every
dialect so that new branches of the readers are reached. What reaches one is kept in tests/corpus,
which `make test` reads as well. A file that breaks a reader is left in out/ and named. Python 3.11
has no sys.monitoring, and tracing every line from Python costs more than the readers do: atheris
counts in the bytecode.
"""

from __future__ import annotations

import datetime
import json
import platform
import random
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
CORPUS = ROOT / "tests" / "corpus"
RECORD = ROOT / "docs" / "fuzzing.md"
RUNS = 1_000_000
LONGEST = 4096
SECONDS = 2
MEGABYTES = 2048
SMALLEST_KEPT = 300
"""Files beyond so many are not kept: the corpus stays well below a megabyte."""


def main() -> int:
    """Fuzz in a child process, which ends itself, then keep what is worth keeping."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else RUNS
    if runs == 0:
        return fuzz(sys.argv[2:])
    (ROOT / "out").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        found = Path(name)
        seed(found)
        limits = [f"-timeout={SECONDS}", f"-rss_limit_mb={MEGABYTES}", f"-max_len={LONGEST}"]
        artefacts = f"-artifact_prefix={ROOT / 'out'}/"
        command = [sys.executable, str(Path(__file__)), "0", f"-runs={runs}", "-seed=1"]
        command += [*limits, artefacts, str(found), str(CORPUS)]
        # libFuzzer says how far it is on standard error, a line for every step ahead
        done = subprocess.run(command, cwd=ROOT, check=False, stderr=subprocess.PIPE, text=True)
        if done.returncode:
            print(done.stderr)
        else:
            keep(found)
            RECORD.write_text(record(runs, done.stderr, commit()), encoding="utf-8")
    return done.returncode


def commit() -> str:
    """Name the commit whose readers are tried."""
    command = ["git", "rev-parse", "--short", "HEAD"]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    return done.stdout.strip() or "unknown"


def record(runs: int, said: str, version: str) -> str:
    """Write what ran, where, and what came of it."""
    steps = re.findall(r"cov: (\d+) ft: (\d+).* rss: (\d+)Mb", said)
    seconds = re.search(r"Done \d+ runs in (\d+) second", said)
    assert steps
    assert seconds
    edges, features, memory = steps[-1]
    kept = list(CORPUS.iterdir())
    size = sum(path.stat().st_size for path in kept)
    lines = [
        "# Fuzzing the readers",
        "",
        f"* date: {datetime.date.today().isoformat()}",
        f"* command: `tools/fuzz.py {runs}` (part of `make campaign`), "
        f"Python {platform.python_version()}",
        f"* readers: those of commit {version}",
        f"* {runs:,} inputs in {int(seconds[1]):,} s: only layers and ValueErrors, none took "
        f"{SECONDS} s",
        f"* {edges} branches of the readers reached, {features} features; peak memory {memory} MiB",
        f"* {len(kept)} files of {size // 1000:,} kB kept in `tests/corpus`",
    ]
    return "\n".join(lines) + "\n"


def seed(folder: Path) -> None:
    """Put a layer of every type in every dialect that is text into a folder."""
    from actviz.formats import DIALECTS, write_layer
    from actviz.layers import ROWS, LayerConfig

    for dialect in DIALECTS:
        for row in ROWS:
            slots = {slot.name: ("elu", {"alpha": 0.7}) for slot in row.slots}
            try:
                text = write_layer(LayerConfig(row.name, activations=slots), dialect)
            except ValueError:
                continue
            if isinstance(text, str):
                (folder / f"{dialect}-{row.name}").write_text(text, encoding="utf-8")


def keep(folder: Path) -> None:
    """Make the corpus of the smallest files of the old one and of what was found."""
    found = [*CORPUS.iterdir(), *folder.iterdir()]
    found.sort(key=lambda path: (path.stat().st_size, path.name))
    for path in found[SMALLEST_KEPT:]:
        if path.parent == CORPUS:
            path.unlink()
    for path in found[:SMALLEST_KEPT]:
        if path.parent != CORPUS:
            shutil.copyfile(path, CORPUS / path.name)


def fuzz(words: list[str]) -> int:
    """Read one changed input after another, in this process, until libFuzzer has enough."""
    import atheris

    with atheris.instrument_imports(include=["actviz.formats", "actviz.layers", "actviz.param"]):
        from actviz.formats import read_layer

    def change(data: bytes, longest: int, number: int) -> bytes:
        """Change the structure where there is one, and bytes otherwise."""
        draw = random.Random(number)
        if draw.random() < 0.5:
            changed = restructured(data, draw)
            if changed is not None and len(changed) <= longest:
                return changed
        return bytes(atheris.Mutate(data, longest))

    def once(data: bytes) -> None:
        try:
            config = read_layer(data.decode("latin-1"))
        except ValueError:
            return
        hash(config)

    atheris.Setup([sys.argv[0], *words], once, custom_mutator=change)
    atheris.Fuzz()
    return 0


def restructured(data: bytes, draw: random.Random) -> bytes | None:
    """Put one part of a JSON document in the place of another, or leave one out."""
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return None
    holders = list(containers(document))
    if not holders:
        return None
    holder, other = draw.choice(holders), draw.choice(holders)
    key = draw.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
    if draw.random() < 0.3:
        del holder[key]
    else:
        values = list(other.values()) if isinstance(other, dict) else other
        holder[key] = json.loads(json.dumps(draw.choice([*values, None, True, 0, -1, 1e300, "a"])))
    return json.dumps(document).encode()


def containers(document: object) -> list[dict[str, object] | list[object]]:
    """List all objects and lists in a document that are not empty."""
    found: list[dict[str, object] | list[object]] = []
    rest = [document]
    while rest:
        part = rest.pop()
        if isinstance(part, (dict, list)) and part:
            found.append(part)
            rest += part.values() if isinstance(part, dict) else part
    return found


if __name__ == "__main__":
    sys.exit(main())
