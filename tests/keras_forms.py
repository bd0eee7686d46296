"""Layer files as stock Keras writes them, in short."""

from __future__ import annotations

import json
from typing import Any


def layer(class_name: str, **config: Any) -> dict[str, Any]:
    return {"module": "keras.layers", "class_name": class_name, "config": config}


def operation(class_name: str, module: str = "keras.src.ops.nn", **config: Any) -> dict[str, Any]:
    return {"module": module, "class_name": class_name, "config": config}


def initializer(class_name: str, **config: Any) -> dict[str, Any]:
    return {"module": "keras.initializers", "class_name": class_name, "config": config}


def sequential(*layers: dict[str, Any], **config: Any) -> dict[str, Any]:
    named = {"name": "composed", "layers": list(layers), **config}
    return {"module": "keras", "class_name": "Sequential", "config": named}


def dense(activation: object = "linear", **config: Any) -> dict[str, Any]:
    return layer("Dense", units=3, activation=activation, **config)


def text(document: object) -> str:
    return json.dumps(document)


def rescaling(scale: float, offset: float = 0.0) -> dict[str, Any]:
    return layer("Rescaling", scale=scale, offset=offset)


OPS = "keras.src.activations.activations"
