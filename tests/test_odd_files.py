"""What Keras takes without a word is refused, or repaired with a warning: case by case."""

from __future__ import annotations

import json
import os
import warnings

os.environ.setdefault("KERAS_BACKEND", "jax")

import jax
import keras
import odd_files
import pytest
from odd_files import Odd

CASES = [case for cases in odd_files.CASES.values() for case in cases]
ALLOCATES = "`build_config` of 10¹² inputs"


@pytest.mark.parametrize("case", CASES, ids=[case.what for case in CASES])
def test_the_reader_does_what_the_table_says(case: Odd) -> None:
    ours, said = odd_files.outcome(case)
    assert ours == case.ours, said
    assert (ours == odd_files.READ) == (said == "")
    assert said.isprintable()
    assert len(said) < 1000


@pytest.mark.parametrize("case", CASES, ids=[case.what for case in CASES])
def test_keras_does_what_the_table_says(case: Odd) -> None:
    document = case.text
    if case.what == ALLOCATES:  # in a trace it only says what it would
        jax.eval_shape(lambda: weighs(loaded(document), 4 * 10**12))
        return
    if case.keras == "refuses it":
        with pytest.raises(Exception, match=r"."):
            loaded(document)
        return
    assert loaded(document).get_config()
    if case.keras == odd_files.FAILS:
        with pytest.raises(Exception, match=r"."):
            jax.eval_shape(lambda: run(loaded(document)))
    elif case.ours != odd_files.REPAIRED:  # some of them are wrong, but all of them run
        jax.eval_shape(lambda: run(loaded(document)))


def run(layer: keras.layers.Layer) -> None:
    """Build a layer and let it act on a small batch."""
    if type(layer).__name__ == "ConvLSTMCell":
        layer.build((2, 9, 9, 4))
        layer(keras.ops.zeros((2, 9, 9, 4)), [keras.ops.zeros((2, 8, 8, 2))] * 2)
        return
    if "Cell" in type(layer).__name__:
        layer = keras.layers.RNN(layer)
    space = (9,) * len(layer.kernel_size) if hasattr(layer, "kernel_size") else (3,)
    layer(keras.ops.zeros((2, *space, 4)))


def weighs(layer: keras.layers.Layer, size: int) -> None:
    assert 4 * layer.count_params() >= size


def loaded(document: str | bytes) -> keras.layers.Layer:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return keras.layers.deserialize(json.loads(document))
