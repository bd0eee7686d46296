"""How long the readings of Saturation, Signal and Layer take a move of a slider, together.

Each move gives the activation a value that was not there before (its input, where it has none to
turn), as a drag does; nothing is drawn. Printed are the median milliseconds of processor time of
each lens and of all three, and these as a share of a frame of 8 ms.

    python -m benchmarks.lens_time
"""

from __future__ import annotations

from statistics import median
from time import process_time

from actviz import session as document
from actviz.session import Session
from actviz.ui.lenses import drawing

LENSES = ("saturation", "signal", "layer")
FRAME = 8.0
MOVES = 40
TURNED = {
    "elu": ("alpha", 0.5, 3.0),
    "swish": ("beta", 0.5, 3.0),
    "leaky_relu": ("negative_slope", 0.01, 0.5),
    "hard_sigmoid": ("alpha", 0.1, 0.3),
    "gelu": ("std", 0.5, 2.0),
    "sigmoid": ("std", 0.5, 2.0),
}


def moved(activation: str, share: float) -> Session:
    """Turn the slider of an activation, or of the input, to a share of its way."""
    name, low, high = TURNED[activation]
    session = document.choose_activation(Session(), activation)
    change = document.set_lens_value if name == "std" else document.set_value
    return change(session, name, low + (high - low) * share)


def milliseconds(session: Session, name: str) -> float:
    """Do a lens's work once."""
    chosen = document.set_lens(session, name)
    start = process_time()
    for _ in drawing(name).work(drawing(name).key(chosen)):
        pass
    return 1e3 * (process_time() - start)


def main() -> None:
    """Measure each activation."""
    for activation in TURNED:
        rows = []
        for move in range(MOVES):
            session = moved(activation, move / MOVES)
            rows.append([milliseconds(session, name) for name in LENSES])
        each = [median(column) for column in zip(*rows, strict=True)]
        together = median(sum(row) for row in rows)
        parts = ", ".join(f"{n} {ms:.2f}" for n, ms in zip(LENSES, each, strict=True))
        print(f"{activation}: {parts}; together {together:.2f} ms, {together / FRAME:.2f} of 8 ms")


if __name__ == "__main__":
    main()
