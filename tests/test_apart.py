"""Keras 2 answers, and is not here."""

from importlib.util import find_spec

import pytest
from apart import apart


def test_keras_2_is_at_hand_but_not_in_this_process():
    assert apart("version").startswith("2.")
    assert find_spec("tensorflow") is None


def test_what_goes_wrong_there_is_told_here():
    with pytest.raises(RuntimeError, match="AttributeError"):
        apart("config", '{"class_name": "Nonsense", "config": {}}')


def test_it_tells_what_it_has_read():
    text = '{"class_name": "Dense", "config": {"units": 3, "activation": "hard_sigmoid"}}'
    assert apart("config", text)["activation"] == "hard_sigmoid"
