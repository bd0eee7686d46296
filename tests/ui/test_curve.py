"""The Curve lens, driven as a person drives it: mouse, wheel and keys."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from actviz import session as document
from actviz.activations import ROWS
from actviz.dtypes import DTYPES
from actviz.evaluation import Grid, NumPyEngine, Request, Result
from actviz.pins import MOST_PINS
from actviz.session import Session
from actviz.ui.evaluator import Evaluator
from actviz.ui.legend import sample_of
from actviz.ui.lenses.curve import CurveLens
from actviz.ui.lenses.curve_picture import Picture
from actviz.ui.numbers import significant
from actviz.ui.plot import Pane
from actviz.ui.store import Store
from actviz.ui.theme import DARK, LIGHT
from actviz.view import View, checked_view

F, DF = 0, 1
NONE, SHIFT, CTRL = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
)


class Slow(QObject):
    """An engine that answers when it is told to."""

    answered = Signal(str, object)

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[str, Request]] = []

    def ask(self, key: str, request: Request) -> None:
        self.asked.append((key, request))

    def answer(self) -> None:
        key, request = self.asked.pop(0)
        self.answered.emit(key, NumPyEngine().run(request))


class Bench:
    """A lens, and hands to drive it with."""

    def __init__(self, qtbot: QtBot, evaluator: object, session: Session) -> None:
        self.qtbot = qtbot
        self.store = Store(session)
        self.lens = CurveLens(self.store, evaluator, DARK)  # type: ignore[arg-type]
        self.canvas, self.picture = self.lens.canvas, self.lens.picture
        qtbot.addWidget(self.lens)
        self.lens.resize(760, 640)
        with qtbot.waitExposed(self.lens):
            self.lens.show()

    def apply(self, function: Callable[..., Session], *args: object) -> None:
        assert self.store.apply(function, *args), self.store.refusal

    def analysed(self) -> None:
        """Wait until saturation and figures belong to the curve."""
        session = self.store.session

        def known() -> bool:
            details = self.picture.details
            return details is not None and details.key[:2] == (
                session.activation,
                tuple(session.values.items()),
            )

        self.qtbot.waitUntil(known)

    def at(self, x: float, height: float = 0.0, pane: int = F) -> QPoint:
        """Give the pixel of a point of the plane."""
        axis, y = self.picture.figure.x, self.pane(pane).y
        return QPointF(axis.pixel(x), y.pixel(height)).toPoint()

    def pane(self, index: int) -> Pane:
        return self.picture.figure.panes[index]

    def view(self) -> View:
        return self.store.session.view

    def wheel(self, point: QPoint, notches: int, modifiers: Qt.KeyboardModifier = NONE) -> None:
        where = QPointF(point)
        event = QWheelEvent(
            where,
            QPointF(self.canvas.mapToGlobal(point)),
            QPoint(),
            QPoint(0, 120 * notches),
            Qt.MouseButton.NoButton,
            modifiers,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(self.canvas, event)

    def drag(self, start: QPoint, end: QPoint, modifiers: Qt.KeyboardModifier = NONE) -> None:
        left = Qt.MouseButton.LeftButton
        QTest.mousePress(self.canvas, left, modifiers, start)
        QTest.mouseMove(self.canvas, (start + end) / 2)
        QTest.mouseMove(self.canvas, end)
        QTest.mouseRelease(self.canvas, left, modifiers, end)

    def hover(self, point: QPoint) -> None:
        QTest.mouseMove(self.canvas, QPoint(1, 1))
        QTest.mouseMove(self.canvas, point)

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> None:
        QTest.keyClick(self.canvas, key, modifiers)

    def image(self) -> QImage:
        return self.canvas.grab().toImage()

    def words(self, pane: int) -> dict[str, str]:
        """Give the labels that have a place."""
        placed = self.pane(pane).placed.rects
        return {label.key: label.text for label in self.pane(pane).labels if label.key in placed}

    def read(self, pane: int) -> str:
        assert self.canvas.crosshair is not None
        return self.canvas.crosshair.readings[pane].text


@pytest.fixture
def bench(qtbot: QtBot) -> Bench:
    return Bench(qtbot, Evaluator(), Session())


@pytest.fixture
def slow(qtbot: QtBot) -> tuple[Bench, Slow]:
    engine = Slow()
    return Bench(qtbot, engine, Session()), engine


# What is drawn


def test_a_picture_shows_the_view_of_its_session(bench: Bench) -> None:
    session = document.set_view(Session(), View(low=1.0, high=2.0))
    assert Picture(session, bench.picture.figure.look).figure.view == (1.0, 2.0)


def test_one_sample_in_each_pixel(bench: Bench) -> None:
    main = bench.picture.main
    assert main is not None
    request = main.result.request
    assert isinstance(request.x, Grid)
    assert (request.x.low, request.x.high) == (-8.0, 4.0)
    assert abs(request.x.count - 1 - bench.picture.figure.columns) <= 12


def test_a_jump_is_not_joined_and_its_dots_tell_the_value(bench: Bench) -> None:
    bench.apply(document.choose_activation, "thresholded_relu")
    bench.apply(document.set_lens_value, "show_saturation", False)
    bench.qtbot.waitUntil(lambda: bench.canvas.figure.bands == [])
    for pane in (F, DF):
        curve = bench.pane(pane).curves[0]
        assert not any(x[0] < 1.0 < x[-1] for x, _ in curve.pieces)
        image = bench.image()
        filled, hole = bench.at(1.0, 0.0, pane), bench.at(1.0, 1.0, pane)
        colour = QColor((DARK.f, DARK.df)[pane])
        assert image.pixelColor(filled) == colour
        assert image.pixelColor(hole) == QColor(DARK.panel)
        middle = bench.at(1.0, 0.5, pane)
        beside = [image.pixelColor(middle.x() + dx, middle.y()) for dx in range(-3, 4)]
        assert colour not in beside


def test_a_corner_is_drawn_to_the_point(bench: Bench) -> None:
    bench.apply(document.choose_activation, "relu")
    bench.apply(document.set_value, "threshold", 0.0)
    ((x, y),) = bench.pane(F).curves[0].pieces
    assert y[x == 0.0].tolist() == [0.0]
    assert len(bench.pane(DF).curves[0].pieces) == 2


def on_line(image: QImage, point: QPoint, name: str) -> bool:
    """Say whether a line of this colour passes within a pixel of a point."""
    wanted = QColor(name).getRgb()

    def apart(dy: int) -> int:
        found = image.pixelColor(point + QPoint(0, dy)).getRgb()
        return max(abs(one - other) for one, other in zip(found, wanted, strict=True))

    return min(apart(dy) for dy in (-1, 0, 1)) <= 40


def test_the_curve_is_in_the_colours_of_the_theme(bench: Bench) -> None:
    for theme in (DARK, LIGHT):
        bench.lens.set_theme(theme)
        image = bench.image()
        assert on_line(image, bench.at(2.0, 2.0), theme.f)
        assert on_line(image, bench.at(2.0, 1.0, DF), theme.df)
        assert not on_line(image, bench.at(2.0, 0.5, DF), theme.df)
        assert image.pixelColor(1, 1) == QColor(theme.panel)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", [row.name for row in ROWS])
def test_every_curve_at_every_size_is_drawn(bench: Bench, name: str, dtype: str) -> None:
    bench.apply(document.choose_activation, name)
    bench.apply(document.set_dtype, dtype)
    for low, high in [(-8, 4), (-1e30, 1e30), (-1e-30, 1e-30), (1 - 1e-12, 1 + 1e-12)]:
        bench.apply(document.set_view, View(low=low, high=high))
        bench.analysed()
        assert not bench.image().isNull()
    bench.lens.resize(260, 240)
    assert not bench.image().isNull()


@pytest.mark.parametrize("value", [1e300, -1e300, 1e-300, 0.0])
def test_extreme_parameters_are_drawn(bench: Bench, value: float) -> None:
    for name, parameter in [("elu", "alpha"), ("swish", "beta"), ("relu", "negative_slope")]:
        bench.apply(document.choose_activation, name)
        bench.apply(document.set_value, parameter, value)
        for dtype in ("float32", "float64"):
            bench.apply(document.set_dtype, dtype)
            bench.analysed()
            assert not bench.image().isNull()


# Zoom and pan


def test_the_wheel_zooms_about_the_mouse_at_the_resolution_of_the_screen(bench: Bench) -> None:
    point = bench.at(-2.0)
    here = bench.picture.figure.x.value(point.x())
    before = bench.view()
    bench.wheel(point, 3)
    after = bench.view()
    assert after.high - after.low < 0.6 * (before.high - before.low)
    assert bench.picture.figure.x.value(point.x()) == pytest.approx(here)
    main = bench.picture.main
    assert main is not None
    grid = main.result.request.x
    assert isinstance(grid, Grid)
    assert (grid.low, grid.high) == (after.low, after.high)
    assert grid.step == pytest.approx(bench.picture.figure.x.per_pixel, rel=0.03)


def test_the_wheel_stops_at_the_smallest_span(bench: Bench) -> None:
    with bench.qtbot.assertNotEmitted(bench.store.refused):
        for _ in range(40):
            bench.wheel(bench.at(bench.view().high * 0.5 + bench.view().low * 0.5), 10)
    view = bench.view()
    assert view == checked_view(view)
    assert view.high - view.low <= 1.1 * 2.0**-38 * max(abs(view.low), abs(view.high), 1e-18)
    assert bench.pane(F).curves[0].pieces


def test_the_wheel_out_stops_at_the_largest_x(bench: Bench) -> None:
    for _ in range(60):
        bench.wheel(bench.at(0.0), -10)
    assert bench.view() == View(low=-1e30, high=1e30)


def test_ctrl_and_the_wheel_zoom_the_height_of_one_pane(bench: Bench) -> None:
    low, high = bench.pane(DF).range
    bench.wheel(bench.at(-2.0, 0.5, DF), 2, CTRL)
    view = bench.view()
    assert (view.low, view.high) == (-8.0, 4.0)
    assert view.f_low is None
    assert view.df_low is not None
    assert view.df_high is not None
    assert view.df_high - view.df_low < 0.8 * (high - low)
    assert bench.pane(DF).range == (view.df_low, view.df_high)


def test_the_wheel_over_an_axis_zooms_its_height(bench: Bench) -> None:
    bench.wheel(QPoint(10, bench.at(0.0).y()), 2)
    assert bench.view().f_low is not None
    assert bench.view().low == -8.0


def test_dragging_pans(bench: Bench) -> None:
    start = bench.at(0.0)
    bench.drag(start, start + QPoint(100, 40))
    shift = 100 * bench.picture.figure.x.per_pixel
    assert bench.view().low == pytest.approx(-8.0 - shift)
    assert bench.view().high == pytest.approx(4.0 - shift)
    assert bench.view().f_low is None


def test_a_pane_with_a_chosen_height_is_panned_both_ways(bench: Bench) -> None:
    bench.apply(document.set_view, View(f_low=-1.0, f_high=3.0))
    start = bench.at(0.0)
    bench.drag(start, start + QPoint(0, 50))
    per_pixel = 4.0 / bench.pane(F).rect.height()
    assert bench.view().f_low == pytest.approx(-1.0 + 50 * per_pixel)


def test_a_box_is_zoomed_into(bench: Bench) -> None:
    bench.drag(bench.at(-1.0, 1.0), bench.at(2.0, -0.5), SHIFT)
    view = bench.view()
    assert view.low == pytest.approx(-1.0, abs=0.05)
    assert view.high == pytest.approx(2.0, abs=0.05)
    assert view.f_low == pytest.approx(-0.5, abs=0.05)
    assert view.f_high == pytest.approx(1.0, abs=0.05)
    assert view.df_low is None


def test_a_double_click_fits_everything_again(bench: Bench) -> None:
    bench.apply(document.choose_activation, "relu")
    bench.apply(document.set_value, "threshold", 20.0)
    bench.apply(document.set_view, View(low=1.0, high=2.0, f_low=0.0, f_high=1.0))
    QTest.mouseDClick(bench.canvas, Qt.MouseButton.LeftButton, NONE, bench.at(1.5))
    QTest.mouseRelease(bench.canvas, Qt.MouseButton.LeftButton, NONE, bench.at(1.5))
    view = bench.view()
    assert view.low < 0.0
    assert view.high > 20.0
    assert view.f_low is None


def test_the_keys_pan_zoom_fit_and_go_home(bench: Bench) -> None:
    bench.key(Qt.Key.Key_Right)
    assert bench.view().low == pytest.approx(-6.8)
    bench.key(Qt.Key.Key_Left)
    assert bench.view().low == pytest.approx(-8.0)
    bench.key(Qt.Key.Key_Plus)
    assert bench.view().high - bench.view().low == pytest.approx(9.6)
    bench.key(Qt.Key.Key_Minus)
    assert bench.view().high == pytest.approx(4.0)
    bench.key(Qt.Key.Key_Up)
    assert bench.view().f_low is not None
    bench.key(Qt.Key.Key_0)
    assert bench.view().f_low is None
    bench.key(Qt.Key.Key_Plus)
    bench.key(Qt.Key.Key_Home)
    assert bench.view() == View()


@pytest.mark.parametrize("key", [0, 0x424, 0x3B1, int(Qt.Key.Key_unknown), int(Qt.Key.Key_F35)])
def test_keys_of_any_keyboard_are_left_alone(bench: Bench, key: int) -> None:
    before = bench.view()
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        QApplication.sendEvent(bench.canvas, QKeyEvent(kind, key, SHIFT))
    assert bench.view() == before


def test_looking_around_is_no_step_to_undo(bench: Bench) -> None:
    bench.wheel(bench.at(0.0), 3)
    bench.key(Qt.Key.Key_Left)
    assert not bench.store.history.can_undo
    assert not bench.store.history.modified


def test_presets_show_the_kinks(bench: Bench) -> None:
    assert "Around the kink" not in dict(bench.lens.presets())
    bench.apply(document.choose_activation, "hard_sigmoid")
    names = dict(bench.lens.presets())
    assert names["Around the kink at 3"].low < 3.0 < names["Around the kink at 3"].high
    bench.lens.preset("Tails ±20")
    assert bench.view() == View(low=-20.0, high=20.0)


# The vertical range


def test_the_height_grows_at_once_and_shrinks_after_the_drag(bench: Bench) -> None:
    first = bench.pane(DF).range
    bench.apply(document.set_value, "alpha", 5.0)
    grown = bench.pane(DF).range
    assert grown[1] > 5.0
    bench.apply(document.set_value, "alpha", 1.0)
    assert bench.pane(DF).range == grown
    bench.qtbot.waitUntil(lambda: bench.pane(DF).range == first)


def test_home_looks_the_same_whatever_was_shown_before(
    slow: tuple[Bench, Slow],
) -> None:
    bench, engine = slow
    bench.apply(document.choose_activation, "swish")

    def look() -> tuple[object, ...]:
        while engine.asked:
            engine.answer()
        bench.analysed()
        bench.lens._settle()
        figure = bench.picture.figure
        # not its size: the readings below it keep a second line until there is room to spare
        return figure.x, [pane.y for pane in figure.panes]

    first = look()
    for view in (View(low=-1e9, high=1e9), View(low=-8.3, high=4.2), View(low=-9.0, high=4.6)):
        bench.apply(document.set_view, view)
        look()
        bench.key(Qt.Key.Key_Home)
        assert look() == first
    bench.apply(document.set_value, "beta", 0.9)
    look()
    bench.apply(document.set_value, "beta", 1.0)
    look()
    bench.key(Qt.Key.Key_Home)
    assert look() == first


def test_ticks_stand_still_while_a_slider_moves(bench: Bench) -> None:
    bench.apply(document.set_value, "alpha", 2.0)
    before = bench.canvas.figure.background_key
    for alpha in np.linspace(2.0, 1.0, 11):
        bench.apply(document.set_value, "alpha", float(alpha))
        assert bench.canvas.figure.background_key == before


def test_a_fitted_slope_is_seen_against_zero(bench: Bench) -> None:
    bench.apply(document.choose_activation, "leaky_relu")
    bench.apply(document.set_view, View(low=-8.0, high=-4.0))
    assert bench.pane(DF).range[0] < 0.0 < bench.pane(DF).range[1]
    bench.apply(document.set_view, View(low=-8.0, high=-4.0, df_low=0.1, df_high=0.5))
    assert bench.pane(DF).range == (0.1, 0.5)


# Far out


def test_what_is_beyond_the_dtype_is_named(bench: Bench) -> None:
    bench.apply(document.set_dtype, "float16")
    assert "beyond 0" not in bench.words(F)
    bench.apply(document.set_value, "alpha", 1e30)
    bench.analysed()
    bench.qtbot.waitUntil(lambda: "beyond 0" in bench.words(F))
    assert bench.words(F)["beyond 0"] == "beyond float16 (largest 65504)"
    assert bench.words(DF)["beyond 1"] == "beyond float16 (largest 65504)"
    label = next(each for each in bench.pane(F).labels if each.key == "beyond 0")
    assert label.within is not None
    assert label.within[0] == -8.0
    assert label.within[1] == pytest.approx(0.0, abs=0.05)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("view", [(-2800.0, 3400.0), (-5e20, 5e20)])
def test_a_spike_between_two_samples_reaches_its_height(
    bench: Bench, view: tuple[float, float], dtype: str
) -> None:
    bench.apply(document.choose_activation, "sigmoid")
    bench.apply(document.pin)
    bench.apply(document.choose_activation, "swish")
    bench.apply(document.set_dtype, dtype)
    bench.analysed()
    bench.apply(document.set_view, View(low=view[0], high=view[1]))
    tops = [max(y.max() for _, y in curve.pieces) for curve in bench.pane(DF).curves]
    assert tops == pytest.approx([1.0998393201, 0.25])
    assert min(y.min() for _, y in bench.pane(F).curves[0].pieces) < -0.278
    bench.apply(document.set_value, "beta", 2.0)
    assert max(y.max() for _, y in bench.pane(DF).curves[0].pieces) > 1.0998
    bench.apply(document.choose_activation, "softmax")
    bench.analysed()
    assert max(y.max() for _, y in bench.pane(DF).curves[0].pieces) == 0.25


# Deep zoom


def deep(bench: Bench) -> None:
    bench.apply(document.choose_activation, "sigmoid")
    bench.apply(document.set_view, View(low=1.0, high=1.0 + 2e-6))


def test_the_steps_of_float32_are_drawn_and_named(bench: Bench) -> None:
    deep(bench)
    curve = bench.pane(F).curves[0]
    assert curve.stepped
    for x, y in curve.pieces:
        assert ((np.diff(x) == 0) | (np.diff(y) == 0)).all()
    assert bench.words(F)["steps 0"].startswith("float32 steps: spacing of x 1.2·10⁻⁷")


@pytest.mark.parametrize(
    ("dtype", "low", "gap"), [("float16", 1.0, 2.0**-10), ("bfloat16", -2.0, 2.0**-7)]
)
def test_the_steps_of_few_bits_stand_where_the_rounding_changes(
    bench: Bench, dtype: str, low: float, gap: float
) -> None:
    """Level treads at the values of the dtype, one for each of its x, risers halfway between."""
    bench.apply(document.choose_activation, "swish")
    bench.apply(document.set_dtype, dtype)
    bench.apply(document.set_view, View(low=low, high=low + 8 * gap))
    ((x, y),) = bench.pane(F).curves[0].pieces
    assert bench.pane(F).curves[0].stepped
    numbers = low + gap * np.arange(9)
    told = NumPyEngine().run(Request.of("swish", {}, numbers, dtype)).y.astype(float)
    treads = list(dict.fromkeys(y.tolist()))
    assert treads == list(dict.fromkeys(told.tolist()))
    risers = np.unique(x[1:-1])
    pixel = bench.picture.figure.x.per_pixel
    changes = (numbers[:-1] + gap / 2)[np.diff(told) != 0]
    assert np.abs(risers - changes).max() <= pixel
    assert f"{dtype} steps: spacing of x" in bench.words(F)["steps 0"]


def test_one_click_on_their_name_shows_float64(bench: Bench) -> None:
    deep(bench)
    where = bench.pane(F).placed.rects["steps 0"].center().toPoint()
    QTest.mouseClick(bench.canvas, Qt.MouseButton.LeftButton, NONE, where)
    assert bench.store.session.dtype == "float64"
    assert not bench.pane(F).curves[0].stepped
    assert "steps 0" not in bench.words(F)


def test_steps_of_the_slope_alone_are_named_in_its_pane(bench: Bench) -> None:
    bench.apply(document.choose_activation, "sigmoid")
    bench.apply(document.set_view, View(low=-1e-3, high=1e-3, df_low=0.2499999, df_high=0.25))
    assert not bench.pane(F).curves[0].stepped
    assert bench.pane(DF).curves[0].stepped
    assert "spacing of f′ 3·10⁻⁸" in bench.words(DF)["steps 1"]


def test_the_steps_of_float64_are_resolved_and_named(bench: Bench) -> None:
    bench.apply(document.choose_activation, "sigmoid")
    bench.apply(document.set_dtype, "float64")
    bench.apply(document.set_view, View(low=10.0, high=10.0 + 2.0**-36))
    main = bench.picture.main
    assert main is not None
    heights = main.heights[F]
    low, high = bench.pane(F).range
    assert high - low < 3 * np.ptp(heights)
    curve = bench.pane(F).curves[0]
    assert curve.stepped
    assert bench.words(F)["steps 0"] == "float64 steps: spacing of f 1.1·10⁻¹⁶"


# The crosshair


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_crosshair_reads_what_the_engine_computes(bench: Bench, dtype: str) -> None:
    bench.apply(document.choose_activation, "gelu")
    bench.apply(document.set_dtype, dtype)
    bench.hover(bench.at(-1.6))
    assert bench.canvas.crosshair is not None
    x = bench.canvas.crosshair.x
    assert x == pytest.approx(-1.6, abs=0.05)
    assert x == round(x, 2)
    told = NumPyEngine().run(Request.of("gelu", {}, np.array([x]), dtype))
    assert f"= {significant(float(told.y[0]), 6)}" in bench.read(F)
    assert f"= {significant(float(told.dy[0]), 6)}" in bench.read(DF)


def test_the_crosshair_snaps_to_a_kink_and_reads_both_sides(bench: Bench) -> None:
    bench.apply(document.set_value, "alpha", 1.3)
    bench.hover(bench.at(0.0) + QPoint(3, 0))
    assert bench.read(F) == "f(0) = 0"
    assert bench.read(DF) == "f′(0⁻) = 1.3 = f′(0)\nf′(0⁺) = 1"


def test_the_crosshair_moves_with_the_keys_and_tells_screen_readers(bench: Bench) -> None:
    bench.apply(document.choose_activation, "hard_sigmoid")
    bench.key(Qt.Key.Key_Right, SHIFT)
    assert bench.canvas.crosshair is not None
    first = bench.canvas.crosshair.x
    bench.key(Qt.Key.Key_Right, SHIFT)
    assert bench.canvas.crosshair.x > first
    bench.key(Qt.Key.Key_Right, SHIFT | CTRL)
    assert bench.canvas.crosshair.x == 3.0
    assert "f′(3⁺) = 0" in bench.canvas.accessibleDescription()
    bench.key(Qt.Key.Key_Escape)
    assert bench.canvas.crosshair is None


def test_ctrl_shift_and_an_arrow_land_exactly_on_a_notable_point(bench: Bench) -> None:
    bench.apply(document.choose_activation, "swish")
    bench.analysed()
    bench.key(Qt.Key.Key_Right, SHIFT | CTRL)
    assert bench.canvas.crosshair is not None
    assert bench.canvas.crosshair.x == pytest.approx(-1.2784645427610738, rel=1e-14)
    assert bench.read(DF) == "f′(−1.278464543) = 0"
    bench.key(Qt.Key.Key_Right, SHIFT)
    assert bench.canvas.crosshair.x > -1.27
    bench.apply(document.choose_activation, "elu")
    bench.analysed()
    bench.key(Qt.Key.Key_Left, SHIFT | CTRL)
    assert bench.canvas.crosshair.x == pytest.approx(np.log(0.01), rel=1e-14)
    assert bench.read(DF) == "f′(−4.605170186) = 0.01"


@pytest.mark.parametrize("dtype", DTYPES)
def test_x_is_told_with_the_digits_that_its_value_needs(bench: Bench, dtype: str) -> None:
    bench.apply(document.choose_activation, "swish")
    bench.apply(document.set_dtype, dtype)
    for view in (View(), View(low=1.58, high=1.58 + 1e-4), View(low=1.58, high=1.58 + 1e-11)):
        bench.apply(document.set_view, view)
        for share in (0.31, 0.52, 0.77):
            x_axis = bench.picture.figure.x
            bench.canvas.hovered.emit(x_axis.first + share * (x_axis.last - x_axis.first))
            words = bench.read(F)[2:].replace("−", "-").split(") = ")
            x, y = map(float, words)
            f = NumPyEngine().run(Request.of("swish", {}, np.array([x]), dtype)).y[0]
            decimals = len(words[1].partition(".")[2])
            assert abs(float(f) - y) <= 0.51 * 10.0**-decimals


def test_the_crosshair_goes_when_the_mouse_does(bench: Bench) -> None:
    bench.hover(bench.at(1.0))
    assert bench.canvas.crosshair is not None
    bench.hover(bench.at(2.0))
    bench.canvas.left.emit()
    assert bench.canvas.crosshair is None


def test_the_crosshair_reads_pinned_curves_too(bench: Bench) -> None:
    bench.apply(document.pin, "first")
    bench.apply(document.set_value, "alpha", 2.0)
    bench.hover(bench.at(-8.0))
    assert "first: −0.99966" in bench.read(F)


# Saturation


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("elu", {"left": "saturated (soft) · f → −1"}),
        ("relu", {"left": "saturated (hard) · f = 0"}),
        ("hard_sigmoid", {"left": "saturated (hard) · f = 0", "right": "saturated (hard) · f = 1"}),
        ("sigmoid", {"left": "saturated (soft) · f → 0", "right": "saturated (soft) · f → 1"}),
        ("gelu", {"left": "saturated (soft) · f → 0"}),
        ("leaky_relu", {}),
        ("linear", {}),
        ("softmax", {"left": "saturated (soft) · f → 0", "right": "saturated (soft) · f → 1"}),
    ],
)
def test_saturated_sides_are_shaded_and_named(
    bench: Bench, name: str, words: dict[str, str]
) -> None:
    bench.apply(document.choose_activation, name)
    bench.apply(document.set_view, View(low=-9.0, high=9.0))
    bench.analysed()
    found = {k: text for k, text in bench.words(F).items() if k.startswith("saturated")}
    assert found == {f"saturated {side}": text for side, text in words.items()}
    assert len(bench.canvas.figure.bands) == len(words)


def test_epsilon_moves_the_edge(bench: Bench) -> None:
    bench.analysed()
    assert bench.words(DF)["saturated left"] == "|f′| < 0.01 for x < −4.605"
    field = bench.lens.bar.epsilon
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "0.1")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert bench.store.session.settings["epsilon"] == 0.1
    bench.qtbot.waitUntil(
        lambda: bench.words(DF).get("saturated left") == "|f′| < 0.1 for x < −2.303"
    )


def test_sides_that_are_both_everywhere_are_shaded_once(bench: Bench) -> None:
    bench.apply(document.choose_activation, "sigmoid")
    bench.apply(document.set_lens_value, "epsilon", 0.3)
    bench.analysed()
    assert bands(bench) == [(-np.inf, np.inf)]
    bounds = [text for key, text in bench.words(DF).items() if key.startswith("saturated")]
    assert bounds == ["|f′| < 0.3 everywhere"]


def test_a_bad_epsilon_is_refused_with_the_sentence(bench: Bench) -> None:
    field = bench.lens.bar.epsilon
    with bench.qtbot.waitSignal(bench.store.refused) as told:
        field.selectAll()
        QTest.keyClicks(field, "-3")
        QTest.keyClick(field, Qt.Key.Key_Return)
    assert "epsilon" in told.args[0]
    assert bench.store.session.settings["epsilon"] == 0.01
    assert field.property("wrong")
    QTest.keyClick(field, Qt.Key.Key_Backspace)
    assert not field.property("wrong")


def test_a_turning_point_is_no_saturation(bench: Bench) -> None:
    bench.apply(document.choose_activation, "swish")
    bench.analysed()
    assert bench.words(F)["turning 0"] == "turning point, f′(−1.278) = 0"
    bench.apply(document.set_view, View(low=0.0, high=4.0))
    assert "turning 0" not in bench.words(F)
    (mark,) = [dot for dot in bench.pane(F).dots if dot.diamond]
    assert mark.y == pytest.approx(-0.2784645427610738)
    assert all(not low < mark.x < high for low, high in bands(bench))


def bands(bench: Bench) -> list[tuple[float, float]]:
    return [(band.low, band.high) for band in bench.canvas.figure.bands]


def test_the_footer_tells_the_figures(bench: Bench) -> None:
    bench.apply(document.set_value, "alpha", 1.3)
    bench.analysed()
    told = bench.lens.readings.texts()
    assert told["range of f"] == "(−1.3; ∞)"
    assert told["max |f′|"] == "1.3 at 0⁻"
    assert told["f′ jumps at 0"] == "−0.3"
    bench.apply(document.set_value, "alpha", 1.0)
    bench.analysed()
    assert bench.lens.readings.texts()["max |f′|"] == "1 for x ≥ 0"
    bench.apply(document.choose_activation, "thresholded_relu")
    bench.analysed()
    assert bench.lens.readings.texts()["range of f"] == "{0} ∪ (1; ∞)"
    bench.apply(document.choose_activation, "tanh")
    bench.analysed()
    assert bench.lens.readings.texts()["mean, x~N(0,1)"] == "0"
    bench.apply(document.choose_activation, "relu")
    bench.analysed()
    told = bench.lens.readings.texts()
    assert told["range of f"] == "[0; ∞)"
    assert told["max |f′|"] == "1 for x > 0"
    assert told["gain 1/√E f²"] == "1.414"
    assert told["saturated share"] == "50 %"


@pytest.mark.usefixtures("german")
def test_numbers_are_written_in_the_locale(bench: Bench) -> None:
    bench.apply(document.set_value, "alpha", 1.3)
    bench.analysed()
    assert bench.lens.readings.texts()["range of f"] == "(−1,3; ∞)"
    assert bench.words(F)["saturated left"] == "saturated (soft) · f → −1,3"


# Slices and pins


def test_a_slice_says_what_it_is(bench: Bench) -> None:
    bench.apply(document.choose_activation, "softmax")
    bench.apply(document.set_value, "logits", (0.0, 1.5))
    bench.analysed()
    words = bench.words(F)["slice"]
    assert "a slice of softmax" in words
    assert "the other 2 logits fixed at 0; 1.5" in words
    assert bench.pane(DF).title == "∂pₖ/∂zₖ (own logit)"
    assert bench.lens.readings.texts()["these figures"] == "of this slice"
    bench.apply(document.choose_activation, "sigmoid")
    bench.analysed()
    assert bench.pane(DF).title == "f′(x)"
    assert "these figures" not in bench.lens.readings.texts()


def test_pinned_curves_differ_by_more_than_colour(bench: Bench) -> None:
    for name in ("relu", "gelu", "swish"):
        bench.apply(document.choose_activation, name)
        bench.apply(document.pin)
    bench.apply(document.choose_activation, "elu")
    curves = bench.pane(F).curves
    assert len(curves) == 4
    looks = [(curve.stroke.color.name(), curve.stroke.dashes) for curve in curves]
    assert len({colour for colour, _ in looks}) == 4
    assert len({dashes for _, dashes in looks}) == 4
    names = {text for key, text in bench.words(F).items() if key.startswith("pin")}
    assert len(names) >= 1


def test_a_name_stands_beside_its_own_curve(bench: Bench) -> None:
    pins = [("elu", 0.2, "a"), ("elu", 0.6, "b"), ("elu", 4.0, "c"), ("tanh", None, "d")]
    for name, alpha, label in pins:
        bench.apply(document.choose_activation, name)
        if alpha is not None:
            bench.apply(document.set_value, "alpha", alpha)
        bench.apply(document.pin, label)
    bench.apply(document.choose_activation, "elu")
    bench.apply(document.set_value, "alpha", 2.0)
    bench.analysed()
    pane, x = bench.pane(F), bench.picture.figure.x
    named = {key: rect for key, rect in pane.placed.rects.items() if key.startswith("pin")}
    assert len(named) >= 3
    lines = {pin.label: trace for pin, trace in bench.picture.pins}
    assert bench.picture.main is not None
    lines["live"] = bench.picture.main
    for key, rect in named.items():
        centre = rect.center()

        def apart(name: str, at: QPointF = centre) -> float:
            height = np.interp(x.value(at.x()), lines[name].x, lines[name].heights[F])
            return abs(pane.y.pixel(float(height)) - at.y())

        assert min(lines, key=apart) == bench.words(F)[key]


def test_the_legend_names_the_live_curve_and_shows_whole_dashes(bench: Bench) -> None:
    look = bench.picture.figure.look
    for style in range(MOST_PINS):
        stroke = look.pin(style)
        sample = sample_of(stroke, 1.0).toImage()
        inked = [sample.pixelColor(x, sample.height() // 2).alpha() > 90 for x in range(44)]
        assert sum(stroke.dashes) * stroke.width <= len(inked)
        assert not all(inked)
    bench.apply(document.pin)
    bench.apply(document.set_value, "alpha", 1.75)
    bench.qtbot.waitUntil(lambda: bench.lens.legend.live.text() == "ELU · α = 1.75")
    assert bench.lens.legend.live.isVisible()
    assert bench.lens.legend.live.width() > 80


def test_values_of_pinned_curves_are_in_their_colours(bench: Bench) -> None:
    bench.apply(document.pin, "an uncommonly long name of a curve that would cover the plot")
    bench.apply(document.set_value, "alpha", 2.0)
    bench.hover(bench.at(-3.0))
    assert bench.canvas.crosshair is not None
    reading = bench.canvas.crosshair.readings[F]
    assert reading.text.split("\n")[1].startswith("an uncommonly long name…: −0.95")
    assert reading.others == (bench.picture.figure.look.pin(0).color,)
    (rect, _) = bench.canvas.crosshair.boxes
    image, wanted = bench.image(), reading.others[0]
    rows = range(int(rect.top()), int(rect.bottom()))
    across = range(int(rect.left()), int(rect.right()))
    assert any(image.pixelColor(x, y) == wanted for y in rows for x in across)


def test_a_title_without_room_keeps_the_values_that_matter(bench: Bench) -> None:
    bench.lens.resize(540, 640)
    bench.apply(document.choose_activation, "relu")
    whole = "ReLU · negative_slope = 0 · max_value = none · threshold = 0"
    name = bench.lens.bar.name
    assert name.text() == "ReLU · values default"
    assert name.toolTip() == whole
    bench.apply(document.set_value, "threshold", 2.0)
    bench.qtbot.waitUntil(lambda: name.text() == "ReLU · threshold = 2 · others default")
    bench.lens.resize(900, 640)
    bench.qtbot.waitUntil(lambda: name.text() == whole.replace("threshold = 0", "threshold = 2"))


def test_a_pinned_jump_is_not_joined_either(bench: Bench) -> None:
    bench.apply(document.choose_activation, "thresholded_relu")
    bench.apply(document.pin)
    bench.apply(document.choose_activation, "relu")
    assert not any(x[0] < 1.0 < x[-1] for x, _ in bench.pane(F).curves[1].pieces)
    assert any(dot.x == 1.0 and not dot.filled for dot in bench.pane(F).dots)


def test_pinned_curves_are_not_evaluated_again_by_a_drag(slow: tuple[Bench, Slow]) -> None:
    bench, engine = slow
    bench.apply(document.pin)
    assert [key for key, _ in engine.asked] == ["curve", "curve pin 0"]
    engine.answer()
    engine.answer()
    bench.apply(document.set_value, "alpha", 2.0)
    assert [key for key, _ in engine.asked] == ["curve"]


def test_a_pin_can_be_hidden_and_taken_away(bench: Bench) -> None:
    bench.apply(document.pin)
    bench.apply(document.choose_activation, "relu")
    (button,) = bench.lens.legend.buttons
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert not bench.store.session.pins[0].visible
    assert len(bench.pane(F).curves) == 1
    menu = bench.lens.legend.menu_of(0)
    menu.actions()[1].trigger()
    assert bench.store.session.pins == ()
    assert not bench.lens.legend.isVisible()


def test_a_pinned_curve_does_not_flatten_a_deep_zoom(bench: Bench) -> None:
    bench.apply(document.choose_activation, "relu")
    bench.apply(document.pin)
    deep(bench)
    low, high = bench.pane(F).range
    assert high - low < 1e-5


# Answers


def test_an_answer_for_another_curve_is_not_drawn(slow: tuple[Bench, Slow]) -> None:
    bench, engine = slow
    bench.apply(document.choose_activation, "relu")
    engine.answer()
    assert bench.picture.main is None
    engine.answer()
    assert bench.picture.main is not None
    assert bench.picture.main.result.request.activation == "relu"


def test_answers_for_older_values_are_drawn_while_a_slider_moves(
    slow: tuple[Bench, Slow],
) -> None:
    bench, engine = slow
    engine.answer()
    bench.apply(document.set_value, "alpha", 2.0)
    bench.apply(document.set_value, "alpha", 3.0)
    engine.answer()
    assert bench.pane(F).curves[0].pieces[0][1].min() == pytest.approx(-2.0, abs=0.01)
    engine.answer()
    assert bench.pane(F).curves[0].pieces[0][1].min() == pytest.approx(-3.0, abs=0.01)


def test_a_new_view_is_shown_even_before_its_answer(slow: tuple[Bench, Slow]) -> None:
    bench, engine = slow
    engine.answer()
    bench.apply(document.set_view, View(low=-1.0, high=1.0))
    bench.qtbot.waitUntil(lambda: bench.picture.figure.x.low == -1.0)
    assert bench.pane(F).curves[0].pieces[0][0][0] == -8.0


def test_the_same_session_asks_for_nothing(slow: tuple[Bench, Slow]) -> None:
    bench, engine = slow
    asked = len(engine.asked)
    bench.lens.show(bench.store.session)
    bench.lens.show(bench.store.session)
    assert len(engine.asked) == asked


def test_a_frame_is_told(bench: Bench) -> None:
    with bench.qtbot.waitSignal(bench.lens.drawn) as told:
        bench.apply(document.set_value, "alpha", 1.5)
    frame = told.args[0]
    main = bench.picture.main
    assert main is not None
    assert isinstance(main.result, Result)
    assert frame.points == len(main.x)
    assert frame.device.id == "numpy"
    assert frame.seconds > 0.0


def test_a_fault_while_painting_does_not_end_the_program(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(painter: object) -> None:
        raise RuntimeError("a fault")

    with monkeypatch.context() as faulty:
        faulty.setattr(bench.picture.figure, "paint_contents", fail)
        with pytest.raises(RuntimeError, match="a fault"):
            bench.canvas.repaint()
    assert not bench.image().isNull()


def test_the_parts_have_names_for_screen_readers(bench: Bench) -> None:
    assert bench.canvas.accessibleName()
    assert bench.lens.bar.epsilon.accessibleName()
    assert bench.canvas.focusPolicy() == Qt.FocusPolicy.StrongFocus
