"""What is said where a single layer's file does not tell which Keras wrote it.

The last versions of Keras 2 name modules as Keras 3 does. Their recurrent, transposed, depthwise
and separable layers, cells and Dense layers have keys of their own, but a plain convolution is
written alike by both, and so is a layer that a person wrote. `hard_sigmoid` is the only word of
both that means two functions.
"""

from __future__ import annotations

from collections.abc import Mapping

from actviz.formats.keras_objects import joined

_DIFFERS = "hard_sigmoid"
_ALIKE = ("Conv1D", "Conv2D", "Conv3D")
_SLOTS = ("activation", "recurrent_activation")
# Keras 3 alone writes these, a number format as an object (from 3.5 on), and operations.
_ONLY_IN_3 = ("quantization_config", "zero_output_for_mask", "lora_rank", "seed", "rank")


def undecided(document: Mapping[str, object]) -> list[str]:
    """Say for each slot that the file does not tell which of two functions its word means."""
    config = document.get("config")
    if not isinstance(config, dict) or _is_keras_3(document, config):
        return []
    return [
        f"{joined('config', slot)}: nothing in the file tells Keras 2 from Keras 3; {_DIFFERS} is "
        "taken for Keras 3's clip(x/6 + 0.5, 0, 1), not Keras 2's clip(0.2·x + 0.5, 0, 1)"
        for slot in _SLOTS
        if _word(config.get(slot)) == _DIFFERS
    ]


def _is_keras_3(document: Mapping[str, object], config: Mapping[str, object]) -> bool:
    """Find what Keras 2 never writes: some keys, initializers as words, our own mark."""
    dtype = config.get("dtype")
    if isinstance(dtype, dict) and dtype.get("class_name") not in ("Policy", "PolicyV1"):
        return True
    starts = [value for key, value in config.items() if key.endswith("_initializer")]
    words = any(isinstance(value, str) for value in starts)
    # whatever else Keras 2 itself had written would have keys of Keras 2's
    words = words or (any(starts) and document.get("class_name") not in _ALIKE)
    return words or "actviz" in document or any(key in config for key in _ONLY_IN_3)


def _word(value: object) -> object:
    if isinstance(value, dict) and value.get("class_name") == "function":
        return value.get("config")
    return value
