"""Heat maps: values through colours into an image, and the scale of the colours."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QColor, QImage

from actviz.ui.board import Array, Picture
from actviz.ui.theme import Theme

_STEPS = 256
_RISING = (
    (8, 10, 35),
    (66, 20, 110),
    (150, 42, 105),
    (222, 86, 58),
    (250, 165, 30),
    (252, 250, 190),
)
"""From dark to bright with evenly rising lightness, so that grey prints and colour-blind eyes see
the same order."""


def heat_range(mark: Picture) -> tuple[float, float]:
    """Give the values at both ends of the colours."""
    seen = mark.values[np.isfinite(mark.values)]
    low = float(seen.min()) if seen.size else 0.0
    high = float(seen.max()) if seen.size else 1.0
    low = low if mark.low is None else mark.low
    high = high if mark.high is None else mark.high
    if mark.centred:
        reach = max(abs(low), abs(high)) or 1.0
        return -reach, reach
    return (low, high) if high > low else (low, low + 1.0)


def heat_image(mark: Picture, theme: Theme) -> QImage:
    """Colour the values; what is not finite is transparent."""
    low, high = heat_range(mark)
    with np.errstate(invalid="ignore", over="ignore"):
        share = np.clip((mark.values - low) / (high - low), 0.0, 1.0)
    seen = np.isfinite(share) & np.isfinite(mark.values)
    index = np.where(seen, np.nan_to_num(share) * (_STEPS - 1), 0).round().astype(np.intp)
    table = _centred(theme) if mark.centred else _table(np.array(_RISING, np.float64))
    pixels = np.empty((*share.shape, 4), np.uint8)
    pixels[..., :3] = table[index]
    pixels[..., 3] = np.where(seen, 255, 0)
    upright = np.ascontiguousarray(pixels[::-1])
    rows, columns = share.shape
    image = QImage(upright.data, columns, rows, 4 * columns, QImage.Format.Format_RGBA8888)
    return image.copy()  # the image does not own NumPy's memory


def heat_color(share: float, theme: Theme, *, centred: bool) -> QColor:
    """Give the colour at a share of the range."""
    table = _centred(theme) if centred else _table(np.array(_RISING, np.float64))
    return QColor(*(int(each) for each in table[round(share * (_STEPS - 1))]))


def _table(anchors: Array) -> Array:
    """Interpolate a table of colours between anchors that stand at equal distances."""
    places = np.linspace(0.0, 1.0, len(anchors))
    steps = np.linspace(0.0, 1.0, _STEPS)
    return np.stack([np.interp(steps, places, each) for each in anchors.T], axis=1).round()


def _centred(theme: Theme) -> Array:
    ends = [QColor(name) for name in (theme.f, theme.panel, theme.df)]
    return _table(np.array([(each.red(), each.green(), each.blue()) for each in ends], np.float64))
