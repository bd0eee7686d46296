"""The plot's parts: lines that keep their shape, dots, bands, labels, layers, the crosshair."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QColor, QImage, QPainter
from pytestqt.qtbot import QtBot

from actviz.evaluation import Device, Grid, Request, Result
from actviz.ui.axis import Axis
from actviz.ui.crosshair import Crosshair, Reading
from actviz.ui.look import Look
from actviz.ui.plot import Figure, Pane
from actviz.ui.plot_items import (
    Band,
    Curve,
    Dot,
    Label,
    Lines,
    Stroke,
    corners,
    in_pixels,
    parts,
    polygon,
)
from actviz.ui.sampling import Piece
from actviz.ui.theme import DARK, LIGHT
from actviz.ui.trace import Trace

pytestmark = pytest.mark.usefixtures("qapp")

BLUE = QColor("#0000ff")
X = Axis(0.0, 100.0, 0.0, 100.0)
Y = Axis(0.0, 100.0, 100.0, 0.0)


def painted(size: tuple[int, int] = (100, 100)) -> QImage:
    image = QImage(*size, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    return image


def blueness(image: QImage) -> np.ndarray:
    """Give how much of each pixel is blue, shape (height, width)."""
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)
    return 1.0 - pixels[..., 2] / 255.0


def draw(lines: list[Piece], *, whole: bool) -> np.ndarray:
    image = painted()
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    Lines(lines, Stroke(BLUE), whole=whole).paint(painter)
    painter.end()
    return blueness(image)


def test_a_polygon_has_the_points_it_was_given() -> None:
    made = polygon(np.array([1.0, 2.5]), np.array([-3.0, 4.0]))
    assert [point.toTuple() for point in made] == [(1.0, -3.0), (2.5, 4.0)]


CURVE = (np.linspace(5.3, 95.0, 12), 50.0 + 30.0 * np.sin(np.linspace(0.0, 4.0, 12)))
CORNER = (np.array([5.0, 50.0, 95.0]), np.array([90.0, 15.0, 90.0]))
LEVEL = (np.linspace(10.4, 90.7, 9), np.full(9, 40.0))


@pytest.mark.parametrize("line", [CURVE, CORNER, LEVEL])
def test_lines_in_parts_look_like_whole_ones(line: Piece) -> None:
    difference = np.abs(draw([line], whole=False) - draw([line], whole=True))
    assert difference.max() < 0.36
    assert difference.mean() < 0.002


def test_the_ground_does_not_shine_through_where_parts_meet() -> None:
    row = draw([LEVEL], whole=False)[39, 12:89]
    assert row.min() == 1.0


def test_parts_do_not_reach_beyond_the_ends() -> None:
    made = parts(*LEVEL)
    assert made[0].p1().toTuple() == (10.4, 40.0)
    assert made[-1].p2().toTuple() == (90.7, 40.0)


def test_only_sharp_corners_are_patched() -> None:
    assert len(corners(*CORNER)) == 1
    assert corners(*LEVEL) == []
    x = np.linspace(0, 600, 61)
    assert corners(x, 300 - 100 * np.tanh((x - 300) / 80)) == []


def test_lines_are_cut_off_just_outside_the_pane() -> None:
    curve = Curve([(np.array([0.0, 50.0, 100.0]), np.array([50.0, 1e300, -1e300]))], Stroke(BLUE))
    ((x, y),) = in_pixels(curve, X, Y, 1.0)
    assert y.min() > -20
    assert y.max() < 120
    assert np.interp(10.0, x, y) < 0


def test_dots_are_filled_or_open() -> None:
    pane = Pane("f", 1.0, (0.0, 100.0))
    figure = made_figure(pane)
    pane.dots = [Dot(30.0, 50.0, BLUE), Dot(60.0, 50.0, BLUE, filled=False)]
    image = picture_of(figure)
    x, y = figure.x, pane.y
    centre = QPointF(x.pixel(30.0), y.pixel(50.0)).toPoint()
    assert image.pixelColor(centre) == BLUE
    hole = QPointF(x.pixel(60.0), y.pixel(50.0)).toPoint()
    assert image.pixelColor(hole) == QColor(DARK.panel)
    assert image.pixelColor(hole.x() + 4, hole.y()).blue() > 150


def made_figure(*panes: Pane, theme: object = DARK) -> Figure:
    figure = Figure(panes, Look(DARK if theme is DARK else LIGHT))
    figure.view = (0.0, 100.0)
    figure.size = QSizeF(400, 300)
    figure.lay_out()
    return figure


def picture_of(figure: Figure) -> QImage:
    figure.prepare()
    image = painted((400, 300))
    painter = QPainter(image)
    figure.paint_background(painter)
    figure.paint_contents(painter)
    painter.end()
    return image


def test_panes_share_the_height_and_the_width() -> None:
    top, bottom = Pane("f", 2.0), Pane("g", 1.0)
    figure = made_figure(top, bottom)
    assert top.rect.height() == pytest.approx(2 * bottom.rect.height())
    assert top.rect.bottom() < bottom.rect.top()
    assert (top.rect.left(), top.rect.width()) == (bottom.rect.left(), bottom.rect.width())
    assert (figure.x.first, figure.x.last) == (top.rect.left(), top.rect.right())
    figure.scale = 2.0
    assert figure.columns == round(2 * top.rect.width())


def test_the_margin_leaves_room_for_the_ticks_and_stands_still() -> None:
    pane = Pane("f", 1.0, (0.0, 1.0))
    figure = made_figure(pane)
    narrow = pane.rect.left()
    pane.range = (0.0, 0.9)
    figure.lay_out()
    assert pane.rect.left() == narrow
    pane.range = (-12000.0, 12000.0)
    figure.lay_out()
    assert pane.rect.left() > narrow


def test_axes_are_one_layer_and_curves_another() -> None:
    pane = Pane("f", 1.0, (0.0, 100.0))
    figure = made_figure(pane)
    before = figure.background_key
    pane.curves = [Curve([(np.array([0.0, 100.0]), np.array([0.0, 100.0]))], Stroke(BLUE))]
    figure.prepare()
    assert figure.background_key == before
    pane.range = (0.0, 50.0)
    figure.lay_out()
    assert figure.background_key != before


@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_the_ground_is_the_panel(theme: object) -> None:
    image = picture_of(made_figure(Pane("f", 1.0), theme=theme))
    panel = (DARK if theme is DARK else LIGHT).panel
    assert image.pixelColor(2, 2) == QColor(panel)
    assert image.pixelColor(398, 298) == QColor(panel)


def test_a_band_is_shaded_to_its_ends_only() -> None:
    pane = Pane("f", 1.0, (0.0, 100.0))
    figure = made_figure(pane)
    figure.bands = [Band(-np.inf, 30.0, QColor(255, 0, 0, 90), QColor("red"))]
    image = picture_of(figure)
    inside = image.pixelColor(round(figure.x.pixel(17.0)), round(pane.y.pixel(63.0)))
    outside = image.pixelColor(round(figure.x.pixel(37.0)), round(pane.y.pixel(63.0)))
    assert inside.red() > outside.red() + 40


def test_labels_keep_off_the_curve_and_off_each_other() -> None:
    pane = Pane("f", 1.0, (0.0, 100.0))
    figure = made_figure(pane)
    x = np.linspace(0.0, 100.0, 300)
    y = 50.0 + 40.0 * np.sin(x / 9.0)
    pane.curves = [Curve([(x, y)], Stroke(BLUE))]
    pane.labels = [Label(f"{i}", "words", 10.0 * i, 50.0, BLUE) for i in range(8)]
    figure.prepare()
    rects = list(pane.placed.rects.values())
    assert len(rects) >= 4
    line = [QPointF(a, b) for a, b in zip(figure.x.pixels(x), pane.y.pixels(y), strict=True)]
    for index, rect in enumerate(rects):
        assert pane.rect.adjusted(-1, -1, 1, 1).contains(rect)
        assert not any(rect.contains(point) for point in line)
        assert not any(rect.intersects(other) for other in rects[:index])


def test_a_label_stands_still_while_its_place_is_free() -> None:
    pane = Pane("f", 1.0, (0.0, 100.0))
    figure = made_figure(pane)
    pane.labels = [Label("a", "words", 50.0, 50.0, BLUE)]
    figure.prepare()
    before = pane.placed.rects["a"]
    pane.labels = [Label("a", "words", 52.0, 52.0, BLUE)]
    figure.prepare()
    assert pane.placed.rects["a"] == before
    pane.labels = [Label("a", "words", 5.0, 95.0, BLUE)]
    figure.prepare()
    assert pane.placed.rects["a"] != before


def test_only_links_answer_to_the_mouse() -> None:
    pane = Pane("f", 1.0, (0.0, 100.0))
    figure = made_figure(pane)
    pane.labels = [
        Label("plain", "words", 20.0, 50.0, BLUE),
        Label("link", "words", 80.0, 50.0, BLUE, link=True),
    ]
    figure.prepare()
    rects = pane.placed.rects
    found = pane.placed.link_at(rects["link"].center())
    assert found is not None
    assert found.key == "link"
    assert pane.placed.link_at(rects["plain"].center()) is None


def test_the_crosshair_reads_beside_the_curve() -> None:
    pane = Pane("f", 1.0, (0.0, 100.0))
    figure = made_figure(pane)
    x = np.linspace(0.0, 100.0, 300)
    pane.curves = [Curve([(x, x)], Stroke(BLUE))]
    figure.prepare()
    for at in (3.0, 40.0, 60.0, 97.0):
        shown = Crosshair(figure, at, f"x = {at}", [Reading(f"f({at}) = {at}", BLUE, at)])
        (box,) = shown.boxes
        line = [QPointF(figure.x.pixel(v), pane.y.pixel(v)) for v in x]
        assert not any(box.contains(point) for point in line)
        assert not box.contains(QPointF(figure.x.pixel(at), box.center().y()))
        assert QRectF(0, 0, 400, 300).contains(box)


def answered(y: list[float], dtype: str = "float32", high: float = 4.0) -> Trace:
    grid = Grid(0.0, high, len(y))
    request = Request.of("linear", {}, grid, dtype)
    with np.errstate(over="ignore"):
        heights = np.array(y, dtype=dtype)
        x = grid.points().astype(dtype)
    return Trace(Result(x, heights, heights, Device("d", "d", "cpu"), 0.0, request))


def test_what_an_engine_cannot_tell_is_a_gap() -> None:
    trace = answered([0.0, 1.0, np.nan, 3.0, 4.0])
    assert [len(x) for x, _ in trace.pieces[0]] == [2, 2]
    assert trace.limits(0) == (0.0, 4.0)


def test_an_answer_without_any_number_is_an_empty_plot(qtbot: QtBot) -> None:
    trace = answered([np.nan] * 5)
    assert trace.pieces[0] == []
    assert trace.limits(0) is None
    axis = Axis(0.0, 4.0, 0.0, 100.0)
    assert trace.curve(0, axis, Y, Stroke(BLUE)).pieces == []


def test_numbers_beyond_the_dtype_end_the_curve() -> None:
    trace = answered([0.0, 2e4, 4e4, 6e4, 9e4], "float16", 9e4)
    ((x, _),) = trace.pieces[0]
    assert x.max() <= 65504
