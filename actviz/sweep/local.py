"""A sweep on this machine: a process a core, each with a point; one that dies is replaced.

Processes compute with one thread each, so that sums are added in the same order whatever the
number of cores.
"""

from __future__ import annotations

import contextlib
import os
import signal
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from multiprocessing import connection, get_context
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from time import monotonic
from typing import Any

from actviz.sweep.measures import Point, device_for
from actviz.sweep.outcome import Job, Outcome, key_of, outcome_of

SILENT = 300.0
"""Seconds without a sign of life after which a worker is ended."""
_FIRST = 300.0
"""The same for one that starts: it tries the drivers first."""
_TICK = 0.25
_BEAT = 0.25
_ONE_THREAD = (
    *("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"),
    *("POCL_CPU_MAX_CU_COUNT", "POCL_MAX_PTHREAD_COUNT", "CL_CONFIG_CPU_TBB_NUM_WORKERS"),
)
_READY, _ALIVE = "ready", "alive"
_MOST_FAILED_STARTS = 3
Found = tuple[Point, Outcome] | None
"""A point and what came of it; None now and then, so that the caller may stop."""


def on_this_machine(
    job: Job, points: Iterable[Point], processes: int | None = None, *, measure: Any = outcome_of
) -> Generator[Found, None, None]:
    """Measure points, in whatever order they are ready; may be left at any yield.

    A point whose worker ends, or is silent for too long, is tried once more, then lost.

    Raises
    ------
    ValueError
        Where processes end as they start.
    """
    pool = _Pool(job, processes or os.cpu_count() or 1, measure)
    waiting, again = iter(points), deque[Point]()
    tried: set[int] = set()
    try:
        while True:
            pool.feed(waiting, again)
            if not pool.busy:
                return
            for worker in pool.ready():
                yield from worker.heard()
            for point, why in pool.replace_dead():
                if point.number in tried:
                    yield (
                        point,
                        Outcome(key_of(job, point), "lost", f"its worker ended twice: {why}"),
                    )
                else:
                    tried.add(point.number)
                    again.append(point)
            yield None
    finally:
        pool.close()


class _Worker:
    """A process and what it is doing."""

    def __init__(self, number: int, job: Job, measure: Any) -> None:
        context = get_context("spawn")
        self.point: Point | None = None
        self.connection, other = context.Pipe()
        self.process: SpawnProcess = context.Process(
            target=_serve, args=(other, job, number, measure), daemon=True
        )
        with _one_thread():
            self.process.start()
        other.close()
        self.started, self.gone, self.last, self.why = False, False, monotonic(), ""

    def give(self, point: Point) -> None:
        self.point, self.last = point, monotonic()
        with contextlib.suppress(OSError):  # it has died: replace_dead sees to the point
            self.connection.send(point)

    def heard(self) -> Iterator[Found]:
        """Take what it has said."""
        try:
            while self.connection.poll():
                said = self.connection.recv()
                self.last = monotonic()
                if isinstance(said, Outcome):
                    assert self.point is not None
                    point, self.point = self.point, None
                    yield point, said
                elif said == _READY:
                    self.started = True
        except (EOFError, OSError):
            self.gone = True
            self.process.join(1.0)

    def end(self, why: str = "") -> None:
        self.why = why
        self.process.kill()
        self.process.join()
        self.connection.close()


class _Pool:
    def __init__(self, job: Job, size: int, measure: Any) -> None:
        self._job, self._measure, self._size = job, measure, size
        self._workers: list[_Worker] = []
        self._failed_starts = 0

    @property
    def busy(self) -> bool:
        return any(each.point is not None for each in self._workers)

    def feed(self, waiting: Iterator[Point], again: deque[Point]) -> None:
        """Give every idle worker a point, and make workers as long as there are points for them."""
        for number in range(self._size):
            worker = self._workers[number] if number < len(self._workers) else None
            if worker is not None and worker.point is not None:
                continue
            point = again.popleft() if again else next(waiting, None)
            if point is None:
                return
            if worker is None:
                worker = _Worker(number, self._job, self._measure)
                self._workers.append(worker)
            worker.give(point)

    def ready(self) -> list[_Worker]:
        """Wait a moment for workers that have something to say."""
        by_handle: dict[Any, _Worker] = {each.connection: each for each in self._workers}
        heard = connection.wait(list(by_handle), _TICK)
        return [by_handle[each] for each in heard]

    def replace_dead(self) -> Iterator[tuple[Point, str]]:
        """Start anew what has ended or is silent; gives the points that were in work."""
        for number, worker in enumerate(self._workers):
            limit = SILENT if worker.started else _FIRST
            if worker.point is not None and monotonic() - worker.last > limit:
                worker.end(f"no sign of life for {limit:g} s")
            elif not worker.gone:
                continue
            self._failed_starts = 0 if worker.started else self._failed_starts + 1
            if self._failed_starts >= _MOST_FAILED_STARTS:
                raise ValueError(f"sweep: processes end as they start ({_ended(worker)})")
            point, why = worker.point, worker.why or _ended(worker)
            worker.end()
            self._workers[number] = _Worker(number, self._job, self._measure)
            if point is not None:
                yield point, why

    def close(self) -> None:
        for each in self._workers:
            each.end()


def _ended(worker: _Worker) -> str:
    code = worker.process.exitcode
    return f"signal {-code}" if code is not None and code < 0 else f"exit status {code}"


@contextlib.contextmanager
def _one_thread() -> Iterator[None]:
    """Let processes that are started here compute with one thread each."""
    before = {name: os.environ.get(name) for name in _ONE_THREAD}
    os.environ.update(dict.fromkeys(_ONE_THREAD, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _serve(parent: Connection, job: Job, number: int, measure: Any) -> None:
    """Measure what comes until the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is the parent's
    device = device_for(number) if "network" in job.measures and job.device is None else None
    last = monotonic()

    def beat() -> None:
        nonlocal last
        if monotonic() - last > _BEAT:
            last = monotonic()
            parent.send(_ALIVE)

    with contextlib.suppress(EOFError, OSError):
        parent.send(_READY)
        while True:
            parent.send(measure(job, parent.recv(), device, beat))
