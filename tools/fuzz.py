"""Fuzz the readers, guided by coverage: nothing but a layer or a ValueError may come out.

Usage: fuzz.py [RUNS]. atheris (libFuzzer for Python; requirements/fuzz.txt) changes files of every
dialect (text, archives of Keras, ONNX models) so that new branches of the readers are reached. Of
what reaches them a set of few and small files is kept in tests/corpus, which `make test` reads as
well. A file that breaks a reader is left in out/ and named. Python 3.11 has no sys.monitoring, and
tracing every line from Python costs more than the readers do: atheris counts in the bytecode.
"""

from __future__ import annotations

import datetime
import hashlib
import io
import json
import platform
import random
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from fuzz_changes import ARCHIVE, MODEL, archived, restructured

ROOT = Path(__file__).parents[1]
CORPUS = ROOT / "tests" / "corpus"
RECORD = ROOT / "docs" / "fuzzing.md"
RUNS = 1_000_000
LONGEST = 4096
SECONDS = 2
MEGABYTES = 2048
MOST_KEPT = 600_000
"""Bytes of the corpus: files beyond are not kept."""


def main() -> int:
    """Fuzz in a child process, which ends itself, then keep the files that reach most."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else RUNS
    if runs == 0:
        return fuzz(sys.argv[2:])
    (ROOT / "out").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        found, merged = Path(name) / "found", Path(name) / "merged"
        found.mkdir()
        merged.mkdir()
        seed(found)
        vocabulary(found, Path(name) / "words")
        limits = [f"-timeout={SECONDS}", f"-rss_limit_mb={MEGABYTES}", f"-max_len={LONGEST}"]
        artefacts = f"-artifact_prefix={ROOT / 'out'}/"
        command = [sys.executable, str(Path(__file__)), "0", *limits, artefacts]
        tried = [f"-runs={runs}", "-seed=1", f"-dict={Path(name) / 'words'}"]
        # libFuzzer says how far it is on standard error, a line for every step ahead
        done = said_by([*command, *tried, str(found), str(CORPUS)])
        if done.returncode:
            print(done.stderr)
        else:
            said_by([*command, "-set_cover_merge=1", str(merged), str(found), str(CORPUS)])
            assert any(merged.iterdir())
            keep(merged)
            RECORD.write_text(record(runs, done.stderr, commit()), encoding="utf-8")
    return done.returncode


def said_by(command: list[str]) -> subprocess.CompletedProcess[str]:
    """Run it and keep what it says."""
    return subprocess.run(command, cwd=ROOT, check=False, stderr=subprocess.PIPE, text=True)


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
    """Put a layer of every type in every dialect into a folder, and models of a few of them."""
    from actviz.formats import DIALECTS, write_layer
    from actviz.layers import ROWS, LayerConfig

    for dialect in DIALECTS:
        for row in ROWS:
            slots = {slot.name: ("elu", {"alpha": 0.7}) for slot in row.slots}
            small = {param.name: 1 for param in row.fields if param.name in ("units", "filters")}
            try:
                text = write_layer(LayerConfig(row.name, small, activations=slots), dialect)
            except ValueError:
                continue
            content = text.encode() if isinstance(text, str) else text
            if len(content) <= LONGEST:
                (folder / f"{dialect}-{row.name}").write_bytes(content)
    for dialect, wrapped in (("keras", bytes), ("keras", archived), ("keras2", bytes)):
        layers = [json.loads(write_layer(LayerConfig(row.name), dialect)) for row in ROWS[::7]]
        inner = {"name": "model", "layers": layers}
        model = {"module": "keras", "class_name": "Sequential", "config": inner}
        content = wrapped(json.dumps(model).encode())
        (folder / f"{dialect}-{wrapped.__name__}").write_bytes(content)


def vocabulary(folder: Path, path: Path) -> None:
    """Write the words of the seeds as a dictionary from which libFuzzer takes pieces."""
    words: set[bytes] = set()
    for each in folder.iterdir():
        words |= set(re.findall(rb"[A-Za-z_]\w{2,30}", each.read_bytes()))
    path.write_text("".join(f'"{word.decode()}"\n' for word in sorted(words)), encoding="utf-8")


def keep(merged: Path) -> None:
    """Make the corpus of the files that reach all branches, the smallest first."""
    shutil.rmtree(CORPUS)
    CORPUS.mkdir()
    size = 0
    for path in sorted(merged.iterdir(), key=lambda path: (path.stat().st_size, path.name)):
        content = path.read_bytes()
        size += len(content)
        if size > MOST_KEPT:
            break
        name = hashlib.sha1(content, usedforsecurity=False).hexdigest()
        (CORPUS / name).write_bytes(content)


def read(data: bytes) -> None:
    """Read bytes as what they begin like: an ONNX model, an archive, a model's or a layer's text.

    Raises
    ------
    ValueError
        For what is refused; any other exception is a fault of a reader.
    """
    from actviz.formats import model_layers, read_layer
    from actviz.formats.keras_archive import architecture
    from actviz.formats.keras_models import layers_of
    from actviz.formats.onnx_reading import read_onnx

    if data.startswith(MODEL):
        entries = [(each.config, each.reason) for each in read_onnx(data)]
    elif data.startswith(ARCHIVE):
        entries = [(x.config, x.reason) for x in layers_of(*architecture(io.BytesIO(data), "some"))]
    else:
        text = data.decode("latin-1")
        entries = [(each.config, each.reason) for each in model_layers(text)]
        hash(read_layer(text))
    for config, reason in entries:
        hash(config)
        if (config is None) != bool(reason):
            raise AssertionError(reason)


def fuzz(words: list[str]) -> int:
    """Read one changed input after another, in this process, until libFuzzer has enough."""
    import atheris

    with atheris.instrument_imports(include=["actviz.formats", "actviz.layers", "actviz.param"]):
        import actviz.formats.onnx_reading  # noqa: F401 - with all readers

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
            read(data)
        except ValueError:
            return

    # it starts itself anew where it merges
    itself = f"{sys.executable} {sys.argv[0]} 0"
    atheris.Setup([itself, *words], once, custom_mutator=change)
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())
