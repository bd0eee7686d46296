"""Start to painted curves: actviz's window against a matplotlib script with two plots.

Both show f and f′ of ELU; each start is a new process, in turns, on the same display, and ends
when the curves are painted. actviz's formula, thumbnails and OpenCL follow after that, as they do
for a user. Prints medians and their ratio:

    python -m benchmarks.start_time [--rounds 7]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from statistics import median
from time import CLOCK_MONOTONIC, clock_gettime

from benchmarks.__main__ import virtual_screen

OURS = """
import os, sys
from time import CLOCK_MONOTONIC, clock_gettime
from actviz.ui.app import end, make_application, open_window
app = make_application()
window = open_window()
painted = []
window.lens.canvas.painted.connect(lambda: painted.append(clock_gettime(CLOCK_MONOTONIC)))
while not painted or window.lens.picture.main is None:
    app.processEvents()
print(painted[-1])
end(window)
"""

MATPLOTLIB = """
from time import CLOCK_MONOTONIC, clock_gettime
import numpy as np
import matplotlib
matplotlib.use("QtAgg")
import matplotlib.pyplot as plt
x = np.linspace(-8, 4, 1000)
figure, (top, bottom) = plt.subplots(2, 1, sharex=True, figsize=(12, 8))
top.plot(x, np.where(x > 0, x, np.expm1(np.minimum(x, 0))), lw=2, label="f(x)")
bottom.plot(x, np.where(x > 0, 1, np.exp(np.minimum(x, 0))), lw=2, label="f'(x)")
for axes in (top, bottom):
    axes.grid(True)
    axes.legend()
drawn = []
figure.canvas.mpl_connect("draw_event", lambda _: drawn.append(clock_gettime(CLOCK_MONOTONIC)))
plt.show(block=False)
while not drawn:
    figure.canvas.flush_events()
print(drawn[-1])
"""


def started(program: str) -> float:
    """Start a program, and give the seconds until its curves were painted."""
    begin = clock_gettime(CLOCK_MONOTONIC)
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, timeout=120)
    return float(done.stdout.split()[-1]) - begin


def main() -> None:
    """Measure both programs in turns, the first start of each left out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    rounds = parser.parse_args().rounds
    found: dict[str, list[float]] = {"ours": [], "matplotlib": []}
    for _ in range(rounds + 1):
        for name, program in (("ours", OURS), ("matplotlib", MATPLOTLIB)):
            found[name].append(started(program))
    for name, seconds in found.items():
        print(f"{name:10} median {1e3 * median(seconds[1:]):5.0f} ms")
    ratio = median(found["ours"][1:]) / median(found["matplotlib"][1:])
    print(f"ours / matplotlib = {ratio:.2f}")


if __name__ == "__main__":
    with virtual_screen() as screen, tempfile.TemporaryDirectory() as home:
        os.environ["DISPLAY"] = screen
        os.environ |= {f"XDG_{name}_HOME": home for name in ("CONFIG", "STATE", "DATA")}
        # As installed: both sides' byte code is written in the first round and read afterwards.
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = home
        main()
