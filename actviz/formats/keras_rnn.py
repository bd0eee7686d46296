"""The RNN layer around a cell, as Keras writes it: its own arguments, and the cell's object.

Number format and `trainable` are one for both here. What a file says otherwise of the two is put
together as Keras computes it, with a warning.
"""

from __future__ import annotations

from actviz.formats.keras_fields import only_known_keys, read_field
from actviz.formats.keras_objects import SavedObject, saved_object, write_word, written_object
from actviz.layers import LayerConfig
from actviz.layers.fields import ACTIVITY_REGULARIZER, BASE, RNN_FLAGS
from actviz.layers.row import IN_RNN
from actviz.param import Value, refuse

CLASS = "RNN"
MODULE = "keras.layers"
_CELL = "cell"
_STACKED = "StackedRNNCells"
_NAME = "rnn_name"
_PARAMS = (*BASE, *RNN_FLAGS, ACTIVITY_REGULARIZER)
_TRAINABLE = "trainable"


def around(cell: dict[str, object], config: LayerConfig) -> dict[str, object]:
    """Put the object of a cell into that of its RNN layer."""
    fields = config.fields
    parts: dict[str, object] = {"name": fields[_NAME]}
    parts |= {param.name: fields[param.name] for param in _PARAMS[1:-1]}
    name = ACTIVITY_REGULARIZER.name
    if fields[name] is not None:  # Keras writes it only then
        parts[name] = write_word("regularizer", fields[name], ACTIVITY_REGULARIZER.domain)
    return written_object(MODULE, CLASS, {**parts, _CELL: cell})


def cell_of(outer: SavedObject) -> SavedObject:
    """Give the cell in an RNN layer.

    Raises
    ------
    ValueError
        Where there is none, or several are stacked in it.
    """
    if outer.module != MODULE and not outer.module.startswith("keras.src.layers."):
        raise refuse("module", outer.module, MODULE)
    place = outer.at(_CELL)
    inner = saved_object(outer.config.get(_CELL), place)
    if inner.class_name == _STACKED:
        cells = inner.config.get("cells")
        many = len(cells) if isinstance(cells, list) else "several"
        raise ValueError(f"{place}: it stacks {many} cells; an RNN layer of one cell is allowed")
    return inner


def fields_around(
    outer: SavedObject, cell: dict[str, Value], warnings: list[str]
) -> dict[str, Value]:
    """Give the fields of a cell with those of the RNN layer around it.

    Raises
    ------
    ValueError
        For unknown arguments of the RNN layer, and for values that they cannot have.
    """
    only_known_keys(outer, (*(param.name for param in _PARAMS), _CELL), warnings)
    read = {
        param.name: read_field(param, outer, warnings)
        for param in _PARAMS
        if param.name in outer.config
    }
    together: dict[str, Value] = {IN_RNN: True, _NAME: read.pop("name", None), **cell}
    trains = (read.pop(_TRAINABLE, True), cell.get(_TRAINABLE, True))
    together[_TRAINABLE] = all(trains)
    if any(trains) and not all(trains):
        place = outer.at(_TRAINABLE)
        warnings.append(f"{place}: of layer and cell one is not trained; then neither is")
    dtype = together["dtype"] = cell.get("dtype", "float32")
    if read.pop("dtype", dtype) != dtype:
        place = outer.at("dtype")
        warnings.append(f"{place}: it is not the cell's, in which is computed; {dtype} is taken")
    return {**together, **read}
