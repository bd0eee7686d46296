"""Labels find free room: inside the pane, off the curves, off each other."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from actviz.ui.placing import CELL, Box, Room


def overlap(a: Box, b: Box) -> bool:
    across = a[0] < b[0] + b[2] and b[0] < a[0] + a[2]
    return across and a[1] < b[1] + b[3] and b[1] < a[1] + a[3]


def test_an_empty_pane_gives_what_is_wished() -> None:
    assert Room(400, 200).place(80, 20, (120.0, 60.0)) == (120.0, 60.0, 80, 20)


def test_a_box_stays_in_the_pane() -> None:
    left, top, width, height = Room(400, 200).place(80, 20, (900.0, -50.0)) or (0, 0, 0, 0)
    assert (left + width, top, height) == (400.0, 0.0, 20)
    assert Room(60, 200).place(80, 20, (0.0, 0.0)) is None


def test_boxes_do_not_overlap() -> None:
    room = Room(300, 100)
    boxes = [room.place(90, 22, (100.0, 40.0)) for _ in range(6)]
    found = [box for box in boxes if box]
    assert len(found) >= 4
    assert not any(overlap(a, b) for i, a in enumerate(found) for b in found[:i])


def test_a_range_is_kept_where_it_has_room() -> None:
    room = Room(400, 100)
    box = room.place(80, 20, (0.0, 0.0), within=(200.0, 0.0, 120.0, 100.0))
    assert box is not None
    assert 200.0 <= box[0] <= 240.0
    assert room.place(80, 20, (0.0, 0.0), within=(200.0, 0.0, 60.0, 100.0)) is None


def test_a_free_box_is_told_from_a_taken_one() -> None:
    room = Room(400, 200)
    room.add_box((100.0, 100.0, 50.0, 20.0))
    assert room.is_free((0.0, 0.0, 100.0, 100.0))
    assert not room.is_free((90.0, 90.0, 20.0, 20.0))
    assert not room.is_free((-1.0, 0.0, 10.0, 10.0))
    assert not room.is_free((395.0, 0.0, 10.0, 10.0))


@given(
    st.lists(st.floats(-100, 300), min_size=2, max_size=30),
    st.tuples(st.floats(0, 400), st.floats(0, 200)),
)
def test_no_label_covers_a_line(heights: list[float], near: tuple[float, float]) -> None:
    x = np.linspace(10.0, 390.0, len(heights))
    room = Room(400, 200)
    room.add_line((x, np.array(heights)))
    box = room.place(60, 20, near)
    if box is None:
        return
    across = np.linspace(max(box[0], 10.0), min(box[0] + box[2], 390.0), 200)
    line = np.interp(across, x, heights)
    inside = (line > box[1]) & (line < box[1] + box[3])
    assert not inside[across == np.clip(across, box[0], box[0] + box[2])].any()


@pytest.mark.parametrize("steep", [50.0, 5000.0])
def test_a_steep_line_takes_its_whole_height(steep: float) -> None:
    room = Room(400, 200)
    x = np.array([0.0, 200.0, 201.0, 400.0])
    room.add_line((x, np.array([150.0, 150.0, 150.0 - steep, 150.0 - steep])))
    assert not room.is_free((190.0, 110.0, 20.0, 4 * CELL))
