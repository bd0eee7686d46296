"""Recurrent layers and cells in torch: its own where they are equal, else a loop over steps."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from actviz.formats.torch_layers import dtype_of, kernel, whole
from actviz.formats.torch_source import Parts
from actviz.formats.torch_starts import Weight
from actviz.layers import LayerConfig

GATES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "SimpleRNN": ("state",),
        "GRU": ("update z", "reset r", "candidate"),
        "LSTM": ("input i", "forget f", "candidate", "output o"),
    }
)
"""The gates in the order in which Keras's kernels hold them."""
TORCHS: Mapping[str, str] = MappingProxyType({"SimpleRNN": "RNN"})
"""torch's name of a recurrence where it has another than Keras."""
_TORCHS_OWN = ("tanh", "sigmoid")


def kind_of(config: LayerConfig) -> str:
    """Say which recurrence a layer or cell is."""
    return "LSTM" if "LSTM" in config.layer else config.layer.removesuffix("Cell")


def states_of(config: LayerConfig) -> str:
    """Name the states, separated by commas."""
    return "h, c" if kind_of(config) == "LSTM" else "h"


def refuse_dropout(config: LayerConfig) -> None:
    """Refuse what a mask over all gates cannot say; ValueError gives the reason."""
    fields = config.fields
    if fields["recurrent_dropout"]:
        reason = "Keras draws a mask for each gate's product, and torch has one product for all"
        raise ValueError(f"{config.layer}.recurrent_dropout: it must be 0: {reason}")
    if fields["dropout"] and ("ConvLSTM" in config.layer or fields["dropout"] == 1.0):
        reason = "of 1 Keras's own layers make different things"
        if "ConvLSTM" in config.layer:
            reason = "Keras draws a mask for each gate's convolution, and torch has one for all"
        raise ValueError(f"{config.layer}.dropout: it must be 0: {reason}")


def torch_has_it(config: LayerConfig) -> bool:
    """Tell whether torch's own layer computes the same; a cell's steps are always written out."""
    if config.layer.endswith("Cell") or config.fields["dropout"]:
        return False
    chosen = tuple(name for name, _ in config.activations.values())
    after = bool(config.fields.get("reset_after", True))
    return after and chosen == _TORCHS_OWN[: len(chosen)]


def recurrent(config: LayerConfig, shape: tuple[int, ...]) -> Parts:
    """Write SimpleRNN, GRU, LSTM and their cells."""
    refuse_dropout(config)
    inputs, units = shape[-1], whole(config.fields, "units")
    parts = Parts(weights=gate_weights(config, (inputs,), (units,), units))
    if torch_has_it(config):
        _torchs_own(config, inputs, parts)
        return parts
    wide = len(GATES[kind_of(config)]) * units
    biased = _biased(config)
    parts.setup = [
        f"self.inputs = nn.Linear({inputs}, {wide}{'' if biased[0] else ', bias=False'})",
        f"self.recurrent = nn.Linear({units}, {wide}{'' if biased[1] else ', bias=False'})",
    ]
    parts.loads = [
        "self.inputs.weight.copy_(kernel.T)",
        "self.recurrent.weight.copy_(recurrent_kernel.T)",
        *_bias_loads(biased, "self.inputs.bias", "self.recurrent.bias"),
    ]
    parts.methods = ["", *_step(config)]
    (_cell if config.is_step else _loop)(config, units, parts)
    return parts


def _biased(config: LayerConfig) -> tuple[bool, bool]:
    """Say which of the two products has a bias: a GRU's second one only with reset_after."""
    used = bool(config.fields["use_bias"])
    return used, used and bool(config.fields.get("reset_after"))


def _bias_loads(biased: tuple[bool, bool], inputs: str, state: str) -> list[str]:
    if not biased[0]:
        return []
    if not biased[1]:
        return [f"{inputs}.copy_(bias)"]
    return [f"{inputs}.copy_(bias[0])", f"{state}.copy_(bias[1])"]


def gate_weights(
    config: LayerConfig, inputs: tuple[int, ...], state: tuple[int, ...], units: int
) -> list[Weight]:
    """Give the weights of all gates; `inputs` and `state` are the kernels' first axes."""
    names = GATES[kind_of(config)]
    wide, gates = len(names) * units, ", ".join(names)
    front = "window, " if len(inputs) > 1 else ""
    weights = [
        kernel(config, "kernel", (*inputs, wide), f"{front}inputs, gates ({gates})"),
        kernel(config, "recurrent_kernel", (*state, wide), f"{front}state, gates ({gates})"),
    ]
    biased = _biased(config)
    if biased[0]:
        shape = (2, wide) if biased[1] else (wide,)
        axes = "of inputs and of state, gates" if biased[1] else "gates"
        ones = f"{units}:{2 * units}" if config.fields.get("unit_forget_bias") else ""
        start = config.fields["bias_initializer"]
        weights.append(Weight("bias", shape, axes, start, dtype_of(config), ones))
    return weights


def _torchs_own(config: LayerConfig, inputs: int, parts: Parts) -> None:
    """Write the layer with torch's own; it has a second bias that Keras's has not."""
    units, states = whole(config.fields, "units"), states_of(config)
    name = TORCHS.get(config.layer, config.layer)
    biased = _biased(config)
    no_bias = "" if biased[0] else ", bias=False"
    parts.setup = [f"self.rnn = nn.{name}({inputs}, {units}, batch_first=True{no_bias})"]
    if biased == (True, False):
        parts.setup += [
            "# Keras has one bias; torch's second one stays 0.",
            "nn.init.zeros_(self.rnn.bias_hh_l0)",
            "self.rnn.bias_hh_l0.requires_grad_(False)",
        ]
    loads = ["self.rnn.weight_ih_l0.copy_(@kernel.T)", "self.rnn.weight_hh_l0.copy_(@kernel.T)"]
    loads = [loads[0].replace("@", ""), loads[1].replace("@", "recurrent_")]
    loads += _bias_loads(biased, "self.rnn.bias_ih_l0", "self.rnn.bias_hh_l0")
    if name == "GRU":
        turned = [each.name for each in parts.weights]
        loads = [
            "# torch has the reset gate before the update gate.",
            *(
                f"z, r, n = {each}.chunk(3, dim=-1)\n{each} = torch.cat([r, z, n], dim=-1)"
                for each in turned
            ),
            *loads,
        ]
    parts.loads = [line for each in loads for line in each.split("\n")]
    parts.arguments = "x: Tensor, states: Sequence[Tensor] | None = None"
    given = "(states[0][None], states[1][None])" if "," in states else "states[0][None]"
    rest = "(h, c)" if "," in states else "h"
    parts.forward = [
        *entering(config),
        f"start = None if states is None else {given}",
        f"y, {rest} = self.rnn(x, start)",
        *([] if config.fields["return_sequences"] else ["y = y[:, -1]"]),
        *(f"{each} = {each}[0]" for each in states.split(", ") if needs_states(config)),
    ]
    leaving(config, parts, "y")


def needs_states(config: LayerConfig) -> bool:
    """Say whether the last states are given or kept."""
    return bool(config.fields["return_state"] or config.fields["stateful"])


def entering(config: LayerConfig) -> list[str]:
    """Write where the steps begin: from which states, at which end."""
    lines = ["states = self.kept if states is None else states"] if _stateful(config) else []
    return lines + (["x = x.flip(1)"] if config.fields["go_backwards"] else [])


def _stateful(config: LayerConfig) -> bool:
    return bool(config.fields.get("stateful"))


def leaving(config: LayerConfig, parts: Parts, result: str) -> None:
    """Write what comes of the steps: the states that are kept, and what is given."""
    states = states_of(config)
    if _stateful(config):
        parts.setup.append("self.kept: Sequence[Tensor] | None = None")
        kept = ", ".join(f"{each}.detach()" for each in states.split(", "))
        parts.forward.append(f"self.kept = ({kept},)" if "," not in kept else f"self.kept = {kept}")
    if config.fields["return_state"]:
        parts.result = "tuple[Tensor, ...]"
        parts.gives = "Compute the layer; give the output and the last states."
        result = f"{result}, {states}"
    parts.forward.append(f"return {result}")


def _step(config: LayerConfig) -> list[str]:
    """Write one step in time."""
    states = states_of(config)
    taken = ", ".join(f"{each}: Tensor" for each in ("x", *states.split(", ")))
    body = {"SimpleRNN": _simple_step, "GRU": _gru_step, "LSTM": _lstm_step}[kind_of(config)]
    result = "tuple[Tensor, Tensor]" if "," in states else "Tensor"
    return [
        f"def step(self, {taken}) -> {result}:",
        '    """Go one step in time."""',
        *(f"    {line}" for line in body(config)),
    ]


def _simple_step(config: LayerConfig) -> list[str]:
    return ["return self.activation(self.inputs(x) + self.recurrent(h))"]


def _lstm_step(config: LayerConfig) -> list[str]:
    return [
        "gates = self.inputs(x) + self.recurrent(h)",
        *lstm_gates(),
        "return h, c",
    ]


def lstm_gates() -> list[str]:
    """Write what an LSTM makes of its gates."""
    return [
        "i, f, candidate, o = gates.chunk(4, dim=1)",
        "i, f, o = (self.recurrent_activation(each) for each in (i, f, o))",
        "c = f * c + i * self.activation(candidate)",
        "h = o * self.activation(c)",
    ]


def _gru_step(config: LayerConfig) -> list[str]:
    units = whole(config.fields, "units")
    if config.fields["reset_after"]:
        state = ["hz, hr, hn = self.recurrent(h).chunk(3, dim=1)"]
        candidate = "n = self.activation(xn + r * hn)"
    else:
        state = [
            f"gates, rest = self.recurrent.weight.split([{2 * units}, {units}])",
            "hz, hr = functional.linear(h, gates).chunk(2, dim=1)",
        ]
        candidate = "n = self.activation(xn + functional.linear(r * h, rest))"
    return [
        "xz, xr, xn = self.inputs(x).chunk(3, dim=1)",
        *state,
        "z = self.recurrent_activation(xz + hz)",
        "r = self.recurrent_activation(xr + hr)",
        candidate,
        "return z * h + (1 - z) * n",
    ]


def _mask(config: LayerConfig, like: str) -> list[str]:
    fraction = config.fields["dropout"]
    if not fraction:
        return []
    return [f"x = x * functional.dropout(torch.ones_like({like}), {fraction!r}, self.training)"]


def _zeros(config: LayerConfig, units: int) -> list[str]:
    states = states_of(config)
    zero = f"x.new_zeros(x.shape[0], {units})"
    return [
        "if states is None:",
        f"    {states.replace(', ', ' = ')} = {zero}",
        "else:",
        f"    {states if ',' in states else f'({states},)'} = states",
    ]


def _loop(config: LayerConfig, units: int, parts: Parts) -> None:
    states = states_of(config)
    every = bool(config.fields["return_sequences"])
    parts.arguments = "x: Tensor, states: Sequence[Tensor] | None = None"
    parts.forward = [
        *entering(config),
        *_mask(config, "x[:, :1]"),
        *_zeros(config, units),
        *(["steps = []"] if every else []),
        "for each in x.unbind(1):",
        f"    {states} = self.step(each, {states})",
        *(["    steps.append(h)"] if every else []),
    ]
    leaving(config, parts, "torch.stack(steps, 1)" if every else "h")


def _cell(config: LayerConfig, units: int, parts: Parts) -> None:
    states = states_of(config)
    cell_signature(parts)
    parts.forward = [
        *_mask(config, "x"),
        *_zeros(config, units),
        f"{states} = self.step(x, {states})",
        f"return h, ({states}{'' if ',' in states else ','})",
    ]


def cell_signature(parts: Parts) -> None:
    """Say what a cell takes and gives."""
    parts.arguments = "x: Tensor, states: Sequence[Tensor] | None = None"
    parts.result = "tuple[Tensor, Any]"
    parts.gives = "Go one step in time; give the output and the new states."
