"""Slider to painted frame: actviz's Curve lens against an ordinary matplotlib Slider script.

Both draw ELU and its derivative in two plots of a 1200 × 800 window with 2-pixel antialiased
lines, grid and legend, on the same display, in turns. Prints medians and their ratio:

    python -m benchmarks.frame_time [--moves 300] [--rounds 3]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from statistics import median
from time import perf_counter

import numpy as np

from benchmarks.__main__ import virtual_screen

SIZE = (1200, 800)
WARM_UP = 40


def alphas(moves: int) -> list[float]:
    """Where the slider goes: to and fro over its whole range."""
    return [float(2.5 + 2.5 * np.sin(0.07 * move)) for move in range(moves + WARM_UP)]


def ours(moves: int) -> list[float]:
    """Time the Curve lens: from the slider's move to the painted picture."""
    from PySide6.QtWidgets import QApplication, QSlider, QVBoxLayout, QWidget

    from actviz import session as document
    from actviz.ui.evaluator import Evaluator
    from actviz.ui.lenses.curve import CurveLens
    from actviz.ui.store import Store
    from actviz.ui.theme import DARK, font, load_fonts

    app = QApplication([])
    load_fonts()
    app.setFont(font())
    store, painted = Store(), []
    window = QWidget()
    lens, slider = CurveLens(store, Evaluator(), DARK), QSlider()
    slider.setRange(0, 5000)
    slider.valueChanged.connect(
        lambda value: store.apply(document.set_value, "alpha", value / 1000, key="alpha")
    )
    lens.canvas.painted.connect(lambda: painted.append(perf_counter()))
    layout = QVBoxLayout(window)
    layout.addWidget(lens)
    layout.addWidget(slider)
    window.resize(*SIZE)
    window.show()
    while not painted:
        app.processEvents()
    times = []
    for alpha in alphas(moves):
        painted.clear()
        start = perf_counter()
        slider.setValue(round(1000 * alpha))
        while not painted:
            app.processEvents()
        times.append(perf_counter() - start)
        for _ in range(3):
            app.processEvents()
    return times[WARM_UP:]


def matplotlib_script(moves: int) -> list[float]:
    """Time what a user would write: two axes, a Slider, set_ydata and draw_idle."""
    import matplotlib as mpl

    mpl.use("QtAgg")
    import matplotlib.pyplot as plt
    from matplotlib.widgets import Slider

    def elu(x: np.ndarray, alpha: float) -> tuple[np.ndarray, np.ndarray]:
        negative = alpha * np.expm1(np.minimum(x, 0))
        return np.where(x > 0, x, negative), np.where(x > 0, 1.0, negative + alpha)

    x = np.linspace(-8, 4, 1000)
    figure, (top, bottom) = plt.subplots(
        2, 1, sharex=True, figsize=(SIZE[0] / 100, SIZE[1] / 100), dpi=100
    )
    figure.subplots_adjust(bottom=0.15)
    y, dy = elu(x, 1.0)
    (line_f,) = top.plot(x, y, lw=2, label="f")
    (line_df,) = bottom.plot(x, dy, lw=2, label="f′")
    for axes, limits, words in ((top, (-6, 4.3), "f(x)"), (bottom, (-0.3, 5.3), "f′(x)")):
        axes.set_ylim(*limits)
        axes.set_ylabel(words)
        axes.grid(visible=True)
        axes.legend()
    slider = Slider(figure.add_axes((0.15, 0.03, 0.7, 0.03)), "alpha", 0.0, 5.0, valinit=1.0)

    def update(alpha: float) -> None:
        y, dy = elu(x, alpha)
        line_f.set_ydata(y)
        line_df.set_ydata(dy)
        figure.canvas.draw_idle()

    slider.on_changed(update)
    drawn: list[float] = []
    plt.show(block=False)
    figure.canvas.flush_events()
    figure.canvas.mpl_connect("draw_event", lambda _: drawn.append(perf_counter()))
    times = []
    for alpha in alphas(moves):
        drawn.clear()
        start = perf_counter()
        slider.set_val(alpha)
        while not drawn:
            figure.canvas.flush_events()
        figure.canvas.flush_events()
        times.append(perf_counter() - start)
    return times[WARM_UP:]


SIDES = (ours, matplotlib_script)


def measured(side: str, moves: int) -> list[float]:
    """Run one side in a process of its own, and read its times."""
    program = f"from benchmarks.frame_time import {side}; print(*{side}({moves}))"
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, timeout=300)
    return [float(word) for word in done.stdout.split()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--moves", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    found: dict[str, list[float]] = {side.__name__: [] for side in SIDES}
    for _ in range(options.rounds):
        for side in found:
            found[side] += measured(side, options.moves)
    for side, times in found.items():
        late = sorted(times)[int(0.99 * len(times))]
        print(f"{side:18} median {1e3 * median(times):6.2f} ms   99 % {1e3 * late:6.2f} ms")
    ratio = median(found["matplotlib_script"]) / median(found["ours"])
    print(f"matplotlib / ours = {ratio:.1f}")


if __name__ == "__main__":
    with virtual_screen() as screen:
        os.environ["DISPLAY"] = screen
        main()
