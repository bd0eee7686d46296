"""A sweep on a cluster, through Dask's scheduler: the same points, function and keys.

Dask starts anew what a worker left behind when it ended, as often as the scheduler is set to
(`distributed.scheduler.allowed-failures`); then the point is lost.
"""

from __future__ import annotations

import queue
import threading
import zlib
from collections.abc import Callable, Generator, Iterable, Iterator
from time import monotonic
from typing import Any

from actviz.sweep.local import Found
from actviz.sweep.measures import Point, device_for
from actviz.sweep.outcome import Job, Outcome, code_digest, key_of, outcome_of

PATIENCE = 60.0
"""Seconds that a scheduler may be without workers."""
QUIET = 7200.0
"""Seconds in which at least one point must end."""
_ANSWER = 20.0
_TICK = 0.5
_LOOK_EVERY = 5.0
_PER_THREAD = 2
_one_at_a_time = threading.Lock()


def on_cluster(
    job: Job, points: Iterable[Point], address: str, *, measure: Any = outcome_of
) -> Generator[Found, None, None]:
    """Measure points on a cluster, in whatever order they are ready; may be left at any yield.

    Raises
    ------
    ValueError
        Where Dask is missing, where no scheduler answers or none has workers, and where workers
        have another version of this program.
    """
    try:
        from distributed import Client
        from distributed.comm import resolve_address
    except ImportError:
        raise ValueError(
            "--scheduler: it needs dask and distributed (pip install 'actviz[cluster]')"
        ) from None
    try:
        resolve_address(address)
        client = Client(address, timeout=_ANSWER, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        why = " ".join(str(error).split())[:200]
        raise ValueError(
            f"--scheduler: {address}: no Dask scheduler answers there ({why})"
        ) from None
    try:
        yield from _Cluster(client, address, job, measure).run(iter(points))
    finally:
        client.close(timeout=2)


class _Cluster:
    """Keeps as many points on their way as the workers have threads, twice."""

    def __init__(self, client: Any, address: str, job: Job, measure: Any) -> None:
        self._client, self._address = client, address
        self._job, self._measure = job, measure
        self._underway: dict[Any, Point] = {}
        self._ready: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._tried: set[int] = set()
        self._threads = 0
        self._looked = self._worked = self._ended = monotonic()

    def run(self, points: Iterator[Point]) -> Iterator[Found]:
        self._look()
        while True:
            self._send(points)
            if not self._underway and self._threads:
                return
            for future in self._wait():
                yield from self._taken(future)
            self._look_again()
            yield None

    def _send(self, points: Iterator[Point]) -> None:
        while len(self._underway) < _PER_THREAD * self._threads:
            point = next(points, None)
            if point is None:
                return
            self._submit(point)

    def _submit(self, point: Point) -> None:
        future = self._client.submit(_task, self._job, point, self._measure, pure=False)
        self._underway[future] = point
        future.add_done_callback(self._ready.put)

    def _wait(self) -> list[Any]:
        """Give the futures that are ready, after a moment at most."""
        try:
            found = [self._ready.get(timeout=_TICK)]
        except queue.Empty:
            return []
        while not self._ready.empty():
            found.append(self._ready.get())
        return found

    def _taken(self, future: Any) -> Iterator[Found]:
        point = self._underway.pop(future)
        self._ended = monotonic()
        if future.status == "finished":
            outcome = future.result(timeout=_ANSWER)
            if not isinstance(outcome, Outcome):
                raise ValueError(f"--scheduler: {self._address}: {outcome}")
            yield point, outcome
            return
        error = future.exception(timeout=_ANSWER) if future.status == "error" else None
        if isinstance(error, ImportError):
            raise ValueError(
                f"--scheduler: {self._address}: its workers need this version of actviz ({error})"
            )
        if error is None and point.number not in self._tried:
            self._tried.add(point.number)
            self._submit(point)
            return
        why = "its worker was lost" if error is None else f"{type(error).__name__}: {error}"
        trouble = " ".join(why.split())[:200]
        yield point, Outcome(key_of(self._job, point), "lost", trouble)

    def _look_again(self) -> None:
        now = monotonic()
        if now - self._looked > _LOOK_EVERY or not self._threads:
            self._look()
        if self._threads:
            self._worked = now
        if now - self._worked > PATIENCE:
            raise ValueError(
                f"--scheduler: {self._address}: it has had no worker for {PATIENCE:g} s"
            )
        if now - self._ended > QUIET:
            raise ValueError(f"--scheduler: {self._address}: no point has ended for {QUIET:g} s")

    def _look(self) -> None:
        """Count the workers' threads; the scheduler may be gone."""
        self._looked = monotonic()
        try:
            self._threads = sum(self._client.nthreads().values())
        except Exception as error:
            why = " ".join(str(error).split())[:200] or type(error).__name__
            raise ValueError(
                f"--scheduler: {self._address}: the scheduler has gone ({why})"
            ) from None


def _task(job: Job, point: Point, measure: Callable[..., Outcome]) -> Outcome | str:
    """Measure a point in a worker, one at a time in each process; a text says what is wrong."""
    if code_digest() != job.code:
        return "a worker has another version of actviz or NumPy; all must have the same"
    with _one_at_a_time:
        return measure(job, point, _device(job), lambda: None)


def _device(job: Job) -> str | None:
    """Share out the GPUs of a machine among its workers, by their names."""
    from distributed import get_worker

    if "network" not in job.measures or job.device is not None:
        return None
    return device_for(zlib.crc32(str(get_worker().name).encode()))
