"""Slider to painted frame: actviz's window against an ordinary matplotlib Slider script.

Both draw ELU and its derivative in two plots of a 1200 × 800 window with 2-pixel antialiased
lines, grid and legend, on the same display, in turns. actviz is the whole window, with its own
slider, formula, layer panel and readings; matplotlib is the two plots and the slider. Prints
medians and their ratio:

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
from numpy.typing import NDArray

from benchmarks.__main__ import virtual_screen

SIZE = (1200, 800)
WARM_UP = 40
PATIENCE = 30.0


def positions(moves: int) -> list[float]:
    """Where the slider goes, from 0 to 1: to and fro over its whole range."""
    return [float(0.5 + 0.5 * np.sin(0.07 * move)) for move in range(moves + WARM_UP)]


def ours(moves: int) -> list[float]:
    """Time actviz: from the move of alpha's slider to the painted picture."""
    from PySide6.QtCore import QLocale

    from actviz.ui.app import end, make_application, open_window
    from actviz.ui.controls import FloatSlider

    app = make_application()
    QLocale.setDefault(QLocale.c())
    window = open_window()
    window.resize(*SIZE)
    painted: list[float] = []
    window.lens.canvas.painted.connect(lambda: painted.append(perf_counter()))
    begin = perf_counter()
    while not window.complete or window.evaluator.now.starting:
        app.processEvents()
        assert perf_counter() < begin + PATIENCE, "the window is not ready"
    slider = next(s for s in window.findChildren(FloatSlider) if s.accessibleName() == "alpha")
    times = []
    for position in positions(moves):
        painted.clear()
        start = perf_counter()
        slider.setValue(round(position * slider.maximum()))
        while not painted and perf_counter() < start + 1.0:
            app.processEvents()
        if painted:
            times.append(painted[-1] - start)
        for _ in range(3):
            app.processEvents()
    print(window.evaluator.now.device.name, file=sys.stderr)
    end(window)
    return times[WARM_UP:]


def elu(x: NDArray[np.float64], alpha: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Compute what the script draws."""
    negative = alpha * np.expm1(np.minimum(x, 0))
    return np.where(x > 0, x, negative), np.where(x > 0, 1.0, negative + alpha)


def matplotlib_script(moves: int) -> list[float]:
    """Time what a user would write: two axes, a Slider, set_ydata and draw_idle."""
    import matplotlib as mpl

    mpl.use("QtAgg")
    import matplotlib.pyplot as plt
    from matplotlib.widgets import Slider

    x = np.linspace(-8, 4, 1000)
    inches = (SIZE[0] / 100, SIZE[1] / 100)
    figure, plots = plt.subplots(2, 1, sharex=True, figsize=inches, dpi=100)
    figure.subplots_adjust(bottom=0.15)
    lines = []
    for axes, y, limits, words in zip(
        plots, elu(x, 1.0), ((-6, 4.3), (-0.3, 5.3)), ("f(x)", "f′(x)"), strict=True
    ):
        lines += axes.plot(x, y, lw=2, label=words)
        axes.set_ylim(*limits)
        axes.set_ylabel(words)
        axes.grid(visible=True)
        axes.legend()
    slider = Slider(figure.add_axes((0.15, 0.03, 0.7, 0.03)), "alpha", 0.0, 5.0, valinit=1.0)

    def update(alpha: float) -> None:
        for line, y in zip(lines, elu(x, alpha), strict=True):
            line.set_ydata(y)
        figure.canvas.draw_idle()

    slider.on_changed(update)
    plt.show(block=False)
    figure.canvas.flush_events()
    drawn: list[float] = []
    figure.canvas.mpl_connect("draw_event", lambda _: drawn.append(perf_counter()))
    times = []
    for position in positions(moves):
        drawn.clear()
        start = perf_counter()
        slider.set_val(5.0 * position)
        while not drawn:
            figure.canvas.flush_events()
        times.append(perf_counter() - start)
        figure.canvas.flush_events()
    return times[WARM_UP:]


SIDES = (ours, matplotlib_script)


def measured(side: str, moves: int) -> list[float]:
    """Run one side in a process of its own, and read its times."""
    program = f"from benchmarks.frame_time import {side}; print(*{side}({moves}))"
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, timeout=300)
    return [float(word) for word in done.stdout.split()]


def main() -> None:
    """Measure both sides in turns, and print the ratio."""
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
