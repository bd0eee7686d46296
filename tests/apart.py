"""Keras 2 in a process and an environment of its own, as judge of the files written for it.

It stands on TensorFlow, whose LLVM and that of an OpenCL driver end a process that loads both;
and Keras 3 loads TensorFlow wherever it is installed. So `make test` puts it beside the tests'
environment, in a folder `keras2`, and what it is asked goes through pipes.
"""

from __future__ import annotations

import atexit
import os
import pickle
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

PYTHON = Path(sys.prefix) / "keras2" / ("Scripts" if os.name == "nt" else "bin") / "python"


@cache
def _judge() -> subprocess.Popen[bytes]:
    """Start it; it ends when its input does."""
    program = Path(__file__).with_name("keras2_judge.py")
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONPATH": "", "CUDA_VISIBLE_DEVICES": "-1"}
    process = subprocess.Popen(
        [PYTHON, program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=os.environ | quiet,
    )
    atexit.register(_end, process)
    return process


def _end(process: subprocess.Popen[bytes]) -> None:
    assert process.stdin is not None
    process.stdin.close()
    process.wait()


def apart(name: str, *arguments: object) -> Any:
    """Call a function of `keras2_judge.py` there: plain values and arrays, and so is its result.

    Raises
    ------
    RuntimeError
        With the error's name and text, where the function fails.
    """
    process = _judge()
    assert process.stdin is not None
    assert process.stdout is not None
    pickle.dump((name, arguments), process.stdin)
    process.stdin.flush()
    failure, result = pickle.load(process.stdout)
    if failure:
        raise RuntimeError(failure)
    return result
