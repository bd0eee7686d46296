"""What Keras 2 says: run by its own Python (see apart.py), it answers until its input ends.

A question is the pickled name of a function below and its arguments; the answer is a pair of an
error's text and the function's result.
"""

from __future__ import annotations

import pickle
import sys
from typing import Any

import tf_keras


def version() -> str:
    return str(tf_keras.__version__)


def config(text: str) -> dict[str, Any]:
    """Load a layer from JSON and give the configuration that it then has."""
    import json

    made: dict[str, Any] = tf_keras.layers.deserialize(json.loads(text)).get_config()
    return made


def saved(text: str) -> str:
    """Load a layer from JSON and give the JSON that Keras 2 then saves of it."""
    import json

    layer = tf_keras.layers.deserialize(json.loads(text))
    return json.dumps(tf_keras.layers.serialize(layer))


def stock(name: str, seed: int) -> str:
    """Make a random layer and give the JSON that Keras 2 saves of it."""
    import json

    from stock_layers import Stock

    return json.dumps(tf_keras.layers.serialize(Stock(tf_keras, f"{name} {seed}").layer(name)))


def runs(text: str) -> float:
    """Load a layer from JSON, build it for a small input, run it and add up its losses."""
    import json

    layer = tf_keras.layers.deserialize(json.loads(text))
    layer.trainable = True
    space = [9] * len(layer.kernel_size) if hasattr(layer, "kernel_size") else []
    first = getattr(layer, "data_format", "") == "channels_first"
    shape = [2, 12, *space] if first else [2, *space, 12]
    x = tf_keras.backend.ones(shape)
    if text.find("Cell") > 0:
        layer = tf_keras.layers.RNN(layer)
    if isinstance(layer, tf_keras.layers.RNN):
        x = x[:, None]
    layer(x)
    return float(sum(layer.losses))


def activated(text: str, x: Any) -> Any:
    """Load a layer from JSON and give what its activation makes of x."""
    import json

    layer = tf_keras.layers.deserialize(json.loads(text))
    return layer.activation(tf_keras.backend.constant(x)).numpy()


def made(name: str, values: dict[str, Any]) -> str:
    """Make a layer and give the JSON that Keras 2 saves of it."""
    import json

    return json.dumps(tf_keras.layers.serialize(getattr(tf_keras.layers, name)(**values)))


def ran(text: str, weights: list[Any], given: list[Any]) -> list[Any]:
    """Load a layer from JSON, put weights in, and give its outputs, a cell's with its states."""
    import json

    layer = tf_keras.layers.deserialize(json.loads(text))
    constant = tf_keras.backend.constant
    inputs = [[*map(constant, x)] if isinstance(x, list) else constant(x) for x in given]
    layer(*inputs)  # builds what an activation learns, too
    layer.set_weights([*weights, *layer.get_weights()[len(weights) :]])
    told = layer(*inputs)
    return [each.numpy() for each in flat(told)]


def flat(found: Any) -> list[Any]:
    """Give the tensors in a result."""
    if isinstance(found, (tuple, list)):
        return [each for part in found for each in flat(part)]
    return [found]


def model() -> tuple[str, list[tuple[object, ...]]]:
    """Give a model's JSON, and of each layer the name, both shapes, and how many weights it has."""
    layers = tf_keras.layers
    made = tf_keras.Sequential(
        [
            layers.Conv1D(4, 3, strides=2, input_shape=(20, 5), name="conv"),
            layers.LSTM(3, return_sequences=True, name="memory"),
            layers.Dense(6, name="line"),
            layers.SimpleRNN(2, name="last"),
        ]
    )
    told = [(x.name, x.input_shape, x.output_shape, x.count_params()) for x in made.layers]
    return made.to_json(), told


def answer(name: str, arguments: tuple[object, ...]) -> tuple[str, object]:
    try:
        return "", globals()[name](*arguments)
    except Exception as error:
        return f"{type(error).__name__}: {error}", None


def main() -> None:
    """Answer on the pipe that was there at the start; whatever prints goes to stderr instead."""
    told, sys.stdout = sys.stdout.buffer, sys.stderr
    while True:
        try:
            name, arguments = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        pickle.dump(answer(name, arguments), told)
        told.flush()


if __name__ == "__main__":
    main()
