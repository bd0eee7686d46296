"""Models whose weights are larger than 10 MB: their layers are listed, their weights not touched.

A child process reads each, so that its memory is that of the reading alone.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras
import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper

LARGE = 10_000_000
MOST = 200_000_000
WIDE = 1200
DEEP = 4
READ = """
import json, sys, time
from pathlib import Path
from actviz.formats import model_layers
path, begin = Path(sys.argv[1]), time.perf_counter()
found = model_layers(path)
seconds = time.perf_counter() - begin
entries = [
    [each.class_name, each.config.fields["units"], *each.config.activations["activation"]]
    for each in found
]
# not getrusage: it tells the parent's memory where that was larger at the start
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(json.dumps([entries, seconds, int(peak.split()[1]) * 1024]))
"""


def keras_archive(folder: Path) -> Path:
    model = keras.Sequential([keras.Input((WIDE,))])
    for _ in range(DEEP):
        model.add(keras.layers.Dense(WIDE, keras.layers.ELU(0.7), kernel_initializer="zeros"))
    model.save(folder / "large.keras")
    return folder / "large.keras"


def onnx_model(folder: Path) -> Path:
    nodes, arrays, at = [], [], "x"
    for number in range(DEEP):
        kernel, bias = f"kernel_{number}", f"bias_{number}"
        arrays += [
            numpy_helper.from_array(np.zeros((WIDE, WIDE), "float32"), kernel),
            numpy_helper.from_array(np.zeros(WIDE, "float32"), bias),
        ]
        nodes.append(helper.make_node("Gemm", [at, kernel, bias], [f"sum_{number}"]))
        nodes.append(helper.make_node("Elu", [f"sum_{number}"], [f"y_{number}"], alpha=0.7))
        at = f"y_{number}"
    ends = [helper.make_tensor_value_info(name, 1, ["batch", WIDE]) for name in ("x", at)]
    graph = helper.make_graph(nodes, "large", ends[:1], ends[1:], arrays)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)])
    onnx.checker.check_model(model)
    onnx.save(model, folder / "large.onnx")
    return folder / "large.onnx"


# Keras's variables on JAX do not know NumPy 2's copy keyword.
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
@pytest.mark.campaign
@pytest.mark.parametrize("make", [keras_archive, onnx_model])
def test_a_large_model_is_read_in_little_memory(
    make: Any, tmp_path: Path, record_property: Any
) -> None:
    path = make(tmp_path)
    assert path.stat().st_size > LARGE
    command = [sys.executable, "-c", READ, str(path)]
    root = Path(__file__).parents[1]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=root)
    entries, seconds, memory = json.loads(done.stdout)
    operator = "Dense" if path.suffix == ".keras" else "Gemm"
    assert entries == [[operator, WIDE, "elu", {"alpha": 0.7}]] * DEEP
    assert memory < MOST
    record_property("file_megabytes", f"{path.stat().st_size / 1e6:.1f}")
    record_property("seconds", f"{seconds:.3f}")
    record_property("megabytes", f"{memory / 1e6:.1f}")
