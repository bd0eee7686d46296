"""The ConvLSTM cells in torch: a long short-term memory whose products are convolutions."""

from __future__ import annotations

from actviz.formats.torch_layers import (
    back,
    channels_of,
    check_window,
    conv,
    first,
    fixed_padding,
    no_bias,
    padding,
    sizes,
    whole,
    window,
)
from actviz.formats.torch_recurrent import (
    cell_signature,
    entering,
    gate_weights,
    leaving,
    lstm_gates,
    needs_states,
    refuse_dropout,
)
from actviz.formats.torch_source import Parts
from actviz.layers import LayerConfig


def convolutional(config: LayerConfig, shape: tuple[int, ...]) -> Parts:
    """Write the ConvLSTM cells; the recurrent convolution always keeps the size."""
    refuse_dropout(config)
    check_window(config, shape)
    size, filters = sizes(config.fields, "kernel_size"), whole(config.fields, "filters")
    rank, channels = len(size), channels_of(config, shape)
    biased = bool(config.fields["use_bias"])
    order = ", ".join(map(str, (rank + 1, rank, *range(rank))))
    turn = f"permute({order})"
    parts = Parts(weights=gate_weights(config, (*size, channels), (*size, filters), filters))
    parts.setup = [
        *conv(f"inputs = Conv{rank}d", channels, 4 * filters, *window(config), no_bias(config)),
        *conv(f"recurrent = Conv{rank}d", filters, 4 * filters, size, "bias=False"),
    ]
    parts.loads = [
        f"self.inputs.weight.copy_(kernel.{turn})",
        f"self.recurrent.weight.copy_(recurrent_kernel.{turn})",
        *(["self.inputs.bias.copy_(bias)"] if biased else []),
    ]
    cell_signature(parts)
    parts.forward = _conv_forward(config, size, filters)
    if config.in_rnn:
        _along_time(config, parts)
    return parts


def _along_time(config: LayerConfig, parts: Parts) -> None:
    """Make what is written the step, and go through time with it."""
    every = bool(config.fields["return_sequences"])
    parts.methods = [
        "",
        f"def step(self, {parts.arguments}) -> {parts.result}:",
        f'    """{parts.gives}"""',
        *(f"    {line}" for line in parts.forward),
    ]
    parts.result, parts.gives = Parts.result, Parts.gives
    parts.forward = [
        *entering(config),
        *(["steps = []"] if every else []),
        "for each in x.unbind(1):",
        "    h, states = self.step(each, states)",
        *(["    steps.append(h)"] if every else []),
        *(["h, c = states"] if needs_states(config) else []),
    ]
    leaving(config, parts, "torch.stack(steps, 1)" if every else "h")


def _conv_forward(config: LayerConfig, size: tuple[int, ...], filters: int) -> list[str]:
    turned = [line for name in ("h", "c") for line in first(config, name)]
    return [
        *first(config, "x"),
        *padding(config),
        "gates = self.inputs(x)",
        "if states is None:",
        f"    h = c = torch.zeros_like(gates[:, :{filters}])",
        "else:",
        "    h, c = states",
        *(f"    {line}" for line in turned),
        *fixed_padding(size, "h"),
        "gates = gates + self.recurrent(h)",
        *lstm_gates(),
        *back(config, "h"),
        *back(config, "c"),
        "return h, (h, c)",
    ]
