"""The torch dialect: Python source with one `torch.nn.Module` for the layer, ready to run.

Texts from files and people stand in it as Python's own literals only, and are never evaluated.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import actviz
from actviz.formats import torch_cells, torch_layers, torch_recurrent
from actviz.formats.dialect import Loss
from actviz.formats.torch_activations import WORDS, Written, class_name_of, write_activation
from actviz.formats.torch_recurrent import kind_of
from actviz.formats.torch_source import Parts, docstring, imports, module_lines, text_literal
from actviz.layers import LayerConfig
from actviz.param import Text, refuse, text_of

__all__ = ["WORDS", "remarks", "spoken", "write"]

_RECURRENT = ("SimpleRNN", "GRU", "LSTM")
_UNSAID = ("formula", "logits")
_SAID = ("units", "filters", "kernel_size", "dtype")
_LOST = ("regularizer", "constraint")


def write(config: LayerConfig) -> str:
    """Write a layer as Python source; the text is stable.

    Raises
    ------
    ValueError
        For what torch cannot do, with the reason.
    """
    _refuse(config)
    shape = input_shape(config)
    activations = _activations(config)
    parts = _writer(config)(config, config.cell.input_shape)
    lines = [f"self.{slot} = {each.made}" for slot, each in activations.items()]
    parts.setup += lines + _after(config)
    _mixed(config, parts)
    classes = {each.lines: None for each in activations.values() if each.lines}
    body = [
        *(line for each in classes for line in ("", "", *each)),
        "",
        "",
        *module_lines(class_of(config), _about(config), parts),
        "",
        "",
        *_main(config, shape),
    ]
    head = docstring(f"{config.layer} for torch, written by actviz.", _head(config), 0)
    return "\n".join([*head, "", *imports(body), *body]) + "\n"


def class_of(config: LayerConfig) -> str:
    """Name the class that is written for a layer."""
    return "KerasRNN" if config.in_rnn else f"Keras{config.layer}"


def input_shape(config: LayerConfig) -> tuple[int, ...]:
    """Give the input's shape without the batch, in the layer's own order of axes."""
    return config.input_shape


def _channels_first(config: LayerConfig) -> bool:
    return config.fields.get("data_format") == "channels_first"


def _writer(config: LayerConfig) -> Callable[[LayerConfig, tuple[int, ...]], Parts]:
    name = config.layer
    if name in _WRITERS:
        return _WRITERS[name]
    if name.startswith("ConvLSTM"):
        return torch_cells.convolutional
    if name.startswith("Separable"):
        return torch_layers.separable
    return torch_layers.transposed if name.endswith("Transpose") else torch_layers.convolution


_WRITERS: Mapping[str, Callable[[LayerConfig, tuple[int, ...]], Parts]] = MappingProxyType(
    {
        "Dense": torch_layers.dense,
        "DepthwiseConv2D": torch_layers.depthwise,
        **{
            f"{name}{end}": torch_recurrent.recurrent for name in _RECURRENT for end in ("", "Cell")
        },
    }
)


def _activations(config: LayerConfig) -> dict[str, Written]:
    """Write every slot's activation, unless torch's own layer holds them."""
    is_recurrent = config.layer.removesuffix("Cell") in _RECURRENT
    if is_recurrent and torch_recurrent.torch_has_it(config):
        return {}
    written = {}
    for slot, (name, values) in config.activations.items():
        axis = _axis(config, values["axis"]) if name == "softmax" else None
        place = f"{config.layer}.{slot}"
        written[slot] = write_activation(name, values, place, class_name_of(name, slot), axis)
    return written


def _axis(config: LayerConfig, axis: object) -> int:
    """Give softmax's axis where it acts: a ConvLSTM cell computes with channels first."""
    assert isinstance(axis, int)
    axes = config.row.axes
    if not config.layer.startswith("ConvLSTM") or axes is None or _channels_first(config):
        return axis
    counted = axis % axes
    return 1 if counted == axes - 1 else counted + 1


def _refuse(config: LayerConfig) -> None:
    dtype = str(config.fields["dtype"])
    if dtype.startswith("mixed_") and "recurrent_dropout" in config.fields:
        allowed = "a format of one kind: torch.autocast would change the states between steps"
        raise refuse(f"{config.layer}.dtype", dtype, allowed)


def _after(config: LayerConfig) -> list[str]:
    """Write what the module is told once it has its weights."""
    dtype = torch_layers.dtype_of(config)
    lines = [f"self.to(torch.{dtype})"] if dtype != "float32" else []
    return lines + ([] if config.fields["trainable"] else ["self.requires_grad_(False)"])


def _mixed(config: LayerConfig, parts: Parts) -> None:
    """Let a mixed format compute in 16 bits."""
    dtype = str(config.fields["dtype"])
    if not dtype.startswith("mixed_"):
        return
    half = f"torch.{dtype.removeprefix('mixed_')}"
    result = parts.forward[-1].removeprefix("return ")
    parts.forward = [
        f"with torch.autocast(x.device.type, {half}):",
        *(f"    {line}" for line in parts.forward[:-1]),
        f"    y = {result}",
        f"return y.to({half})",
    ]


def _head(config: LayerConfig) -> list[str]:
    return [f"actviz {actviz.__version__}; https://pytorch.org is needed to run it."]


def _about(config: LayerConfig) -> list[str]:
    """Say the configuration: types and numbers only; a name stands in its own literal."""
    said = [f"{config.layer}: {config.row.doc}."]
    changed = config.changed_fields()
    fields = {key: config.fields[key] for key in (*_SAID, *changed) if key in config.fields}
    fields = {key: each for key, each in fields.items() if not _is_text(config, key)}
    said.append("Fields: " + ", ".join(f"{key} = {text_of(fields[key])}" for key in fields) + ".")
    for slot, (name, values) in config.activations.items():
        shown = [f"{key} = {text_of(each)}" for key, each in values.items() if key not in _UNSAID]
        said.append(f"{slot}: {name}" + (f" with {', '.join(shown)}" if shown else "") + ".")
    if "data_format" in config.fields:
        order = str(config.fields["data_format"])
        said.append(f"Data come and go as Keras's {order} has them; torch has channels first.")
    return said


def _is_text(config: LayerConfig, field: str) -> bool:
    return isinstance(config.row.field(field).domain, Text)


def _main(config: LayerConfig, shape: tuple[int, ...]) -> list[str]:
    dtype = str(config.fields["dtype"]).removeprefix("mixed_")
    kind = f", dtype=torch.{dtype}" if dtype != "float32" else ""
    name = config.name
    literal = text_literal(name) if isinstance(name, str) else []
    if literal:
        literal[0] = f"    layer.keras_name = {literal[0]}"
        literal[1:] = [f"    {line}" for line in literal[1:]]
    given = ", ".join(map(str, (2, *shape)))
    several = config.is_step or bool(config.fields.get("return_state"))
    return [
        'if __name__ == "__main__":',
        f"    layer = {class_of(config)}()",
        *literal,
        f"    result = layer(torch.rand({given}{kind}))",
        f"    print(tuple(result{'[0]' if several else ''}.shape))",
    ]


def spoken(config: LayerConfig, slot: str) -> str:
    """Say how a slot's activation is written; raises a ValueError as `write`."""
    write(config)
    written = _activations(config).get(slot)
    if written is None:
        return f"nn.{torch_recurrent.TORCHS.get(kind_of(config), kind_of(config))} has it"
    return f"{written.made}, a class of the file" if written.lines else written.made


def remarks(config: LayerConfig) -> tuple[str, ...]:
    """Say what the written module needs and what it loses, a sentence each.

    Raises
    ------
    ValueError
        As `write`.
    """
    write(config)
    fields = config.fields
    lost = [key for key in fields if key.rpartition("_")[2] in _LOST and fields[key] is not None]
    said: list[str] = [Loss(f"{key} is left out: a torch module holds none") for key in lost]
    if fields.get("lora_rank") is not None:
        said.append(Loss("lora_rank is left out: the kernel alone is written"))
    if fields.get("seed") is not None:
        said.append(Loss("seed is left out: torch draws from one generator for all"))
    if fields.get("zero_output_for_mask"):
        said.append(Loss("zero_output_for_mask is left out: the module takes no mask"))
    if str(fields["dtype"]).startswith("mixed_"):
        said.append(Loss("torch.autocast computes exponentials and softmax in float32"))
    for slot, (name, _) in config.activations.items():
        if name == "prelu":
            learnt = "torch learns one slope for all, Keras one for every element"
            said.append(Loss(f"{slot}: {learnt}"))
    if "recurrent_activation" in config.activations:
        order = ", ".join(torch_recurrent.GATES[kind_of(config)])
        said.append(f"load_keras_weights expects Keras's order of the gates: {order}")
    if config.input_shape != config.default_input_shape:
        given = "×".join(map(str, config.input_shape))
        said.append(f"the input {given} stands in the example at the end; Python is not read back")
    return tuple(said)
