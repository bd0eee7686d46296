"""A sweep from its file to its table: what is done is kept, what is not is marked."""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterator
from pathlib import Path

from actviz.engines import devices
from actviz.param import refuse
from actviz.sweep.cluster import on_cluster
from actviz.sweep.local import Found, on_this_machine
from actviz.sweep.measures import MEASURES, Point
from actviz.sweep.outcome import Job, Outcome, State, code_digest, key_of
from actviz.sweep.parts import Parts
from actviz.sweep.plan import Plan

_SETTLED: tuple[State, ...] = ("done", "refused")


class Sweep:
    """A plan and what is known of its points.

    Parameters
    ----------
    plan
        What is to be computed.
    folder
        Where the parts are kept.
    scheduler
        The address of a Dask scheduler; None computes on this machine.
    processes
        How many of this machine's; None: one a core.

    Raises
    ------
    ValueError
        For a device that is not there, and for a folder that cannot be read.
    """

    def __init__(
        self,
        plan: Plan,
        folder: Path,
        *,
        scheduler: str | None = None,
        processes: int | None = None,
    ) -> None:
        if plan.device is not None and scheduler is None:
            known = [each.id for each in devices() if each.usable]
            if plan.device not in known:
                raise refuse("device", plan.device, f"one of {', '.join(known)}")
        self.plan, self.parts = plan, Parts(folder)
        self._job = Job(plan.measures, plan.device, code_digest())
        self._scheduler, self._processes = scheduler, processes
        before, self.damaged = self.parts.read()
        keys = (key_of(self._job, point) for point in plan.points)
        self._outcomes = [self._whole(before.get(key)) or Outcome(key, "missing") for key in keys]

    def _whole(self, outcome: Outcome | None) -> Outcome | None:
        """Leave out what stands in a file and cannot have been written by this program."""
        figures = sum(len(MEASURES[name].figures) for name in self.plan.measures)
        if outcome is None or (outcome.state == "done") != (len(outcome.cells) == figures):
            return None
        return outcome

    def outcome(self, point: Point) -> Outcome:
        """Say what came of a point; one that is not computed yet is missing."""
        return self._outcomes[point.number]

    @property
    def done(self) -> int:
        """How many points need not be computed any more."""
        return sum(self.count(state) for state in _SETTLED)

    def run(self) -> Generator[int, None, None]:
        """Compute what is not known yet; gives how many points are new, and may be left there.

        Points that were lost before are tried again. Whatever happens, what was computed is on
        the disk.

        Raises
        ------
        ValueError
            Where it cannot go on.
        """
        todo = (point for point in self.plan.points if self.outcome(point).state not in _SETTLED)
        try:
            with contextlib.closing(self._found(todo)) as found:
                for each in found:
                    if each is not None:
                        point, outcome = each
                        self._outcomes[point.number] = outcome
                        self.parts.add(outcome)
                    yield 0 if each is None else 1
        finally:
            self.parts.write()

    def _found(self, todo: Iterator[Point]) -> Generator[Found, None, None]:
        if self._scheduler is not None:
            return on_cluster(self._job, todo, self._scheduler)
        return on_this_machine(self._job, todo, self._processes)

    def count(self, state: State) -> int:
        """Count the points of a state."""
        return sum(each.state == state for each in self._outcomes)

    def first_trouble(self) -> str:
        """Give what the first point says that has no figures; empty where all have."""
        return next((each.trouble for each in self._outcomes if each.trouble), "")
