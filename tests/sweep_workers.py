"""Points that end their worker or hang, for the tests of sweeps; imported by worker processes."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path
from typing import Any

from actviz.sweep.measures import Point
from actviz.sweep.outcome import Job, Outcome, key_of


def dies_at_3(job: Job, point: Point, _device: Any, _beat: Any) -> Outcome:
    """End the process at point 3, whenever it is tried."""
    if point.number == 3:
        os._exit(7)
    return Outcome(key_of(job, point), "done", cells=(float(point.number),) * 5)


def dies_once(job: Job, point: Point, _device: Any, _beat: Any) -> Outcome:
    """End the process at the first try of each third point, which leaves a mark in a folder."""
    mark = Path(os.environ["ACTVIZ_TEST_MARKS"]) / str(point.number)
    if point.number % 3 == 0 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return Outcome(key_of(job, point), "done", cells=(float(point.number),) * 5)


def hangs_at_1(job: Job, point: Point, _device: Any, beat: Any) -> Outcome:
    """Show no sign of life at point 1, and many at point 2, which takes longer than is allowed."""
    never = threading.Event()
    if point.number == 1:
        never.wait()
    for _ in range(25 if point.number == 2 else 0):
        never.wait(0.1)
        beat()
    return Outcome(key_of(job, point), "done", cells=(float(point.number),) * 5)
