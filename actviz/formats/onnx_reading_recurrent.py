"""SimpleRNN, GRU and LSTM read off ONNX's recurrent operators."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from actviz.formats.onnx_found import Found, NotOursError, Tail, dtype_of, turned
from actviz.formats.onnx_graph import OnnxNode
from actviz.formats.onnx_matching import typed
from actviz.formats.onnx_recurrent import KINDS, Kind
from actviz.formats.onnx_wiring import Held, Wiring, reals, whole, word
from actviz.param import Value

Activation = tuple[str, Mapping[str, Value]]
_DEFAULTS = {"RNN": ("Tanh",), "GRU": ("Sigmoid", "Tanh"), "LSTM": ("Sigmoid", "Tanh", "Tanh")}
SOME_STEPS = 10
"""Steps of a layer whose file does not say how many there are."""
_LAYERS = {kind.op: (layer, kind) for layer, kind in KINDS.items()}
_NUMBERS: Mapping[str, tuple[float | None, float | None]] = MappingProxyType(
    {
        "affine": (1.0, 0.0),
        "elu": (1.0, None),
        "hardsigmoid": (0.2, 0.5),
        "leakyrelu": (0.01, None),
        "relu": (None, None),
        "scaledtanh": (1.0, 1.0),
        "sigmoid": (None, None),
        "softplus": (None, None),
        "softsign": (None, None),
        "tanh": (None, None),
        "thresholdedrelu": (1.0, None),
    }
)
"""The names that are known, and alpha and beta where nothing is given; None: it takes none."""
_MEANT: Mapping[str, Callable[[float, float], Activation | None]] = MappingProxyType(
    {
        "affine": lambda alpha, beta: ("linear", {}) if (alpha, beta) == (1.0, 0.0) else None,
        "elu": lambda alpha, beta: ("elu", {"alpha": alpha}),
        "hardsigmoid": lambda alpha, beta: ("hard_sigmoid", {"alpha": alpha, "beta": beta}),
        "leakyrelu": lambda alpha, beta: ("leaky_relu", {"negative_slope": alpha}),
        "relu": lambda alpha, beta: ("relu", {}),
        "scaledtanh": lambda alpha, beta: ("tanh", {}) if (alpha, beta) == (1.0, 1.0) else None,
        "sigmoid": lambda alpha, beta: ("sigmoid", {}),
        "softplus": lambda alpha, beta: ("softplus", {}),
        "softsign": lambda alpha, beta: ("softsign", {}),
        "tanh": lambda alpha, beta: ("tanh", {}),
        "thresholdedrelu": lambda alpha, beta: ("thresholded_relu", {"theta": alpha}),
    }
)


def read_recurrent(wiring: Wiring, tail: Tail, node: OnnxNode) -> Found:
    """Read RNN, GRU or LSTM in one direction, with zero states before the first step."""
    layer, kind = _LAYERS[node.op]
    kernels = [_kernel(wiring, node, at) for at in (1, 2)]
    units, channels = kernels[1].shape[2], kernels[0].shape[2]
    wide = kind.gates * units
    if units < 1 or kernels[0].shape != (1, wide, channels) or kernels[1].shape[1] != wide:
        shapes = [kernel.shape for kernel in kernels]
        raise NotOursError(
            f"its weights {shapes} are not those of one direction; both are not ours"
        )
    _refuse_extras(node)
    bias = wiring.array(node.inputs[3]) if len(node.inputs) > 3 and node.inputs[3] else None
    fields: dict[str, object] = {
        "units": units,
        "use_bias": bias is not None,
        "dtype": dtype_of(*kernels, *([bias] if bias else [])),
        "go_backwards": _backwards(node),
    }
    if node.op == "GRU":
        fields["reset_after"] = bool(whole(node, "linear_before_reset"))
    nodes, warnings = [node], _warnings(node)
    fields |= _outputs(wiring, node, nodes, warnings)
    slots = dict(zip(kind.functions, _activations(node, kind), strict=True))
    time = _time(wiring, node, nodes)
    shape = (SOME_STEPS if time is None else time, channels)
    return Found(layer, fields, shape, slots, nodes, warnings, time is not None)


def _kernel(wiring: Wiring, node: OnnxNode, at: int) -> Held:
    held = wiring.array(node.inputs[at]) if len(node.inputs) > at else None
    if held is None or len(held.shape) != 3:
        raise NotOursError("its weights are no arrays of the file with three axes")
    return held


def _refuse_extras(node: OnnxNode) -> None:
    if len(node.inputs) > 7 and node.inputs[7]:
        raise NotOursError("it has peepholes; Keras's LSTM has none")
    for name in ("clip", "input_forget"):
        if node.attributes.get(name):
            raise NotOursError(f"it has {name}; no layer of Keras's has")


def _backwards(node: OnnxNode) -> bool:
    direction = word(node, "direction", "forward")
    if direction not in ("forward", "reverse"):
        raise NotOursError(f"its direction is {direction}; a layer of ours has one")
    return direction == "reverse"


def _warnings(node: OnnxNode) -> list[str]:
    given = {4: "sequence_lens", 5: "initial_h", 6: "initial_c"}
    names = [name for at, name in given.items() if len(node.inputs) > at and node.inputs[at]]
    return [f"{node.op}: {name} is given from outside; it is left out" for name in names]


def _activations(node: OnnxNode, kind: Kind) -> list[Activation]:
    """Read the functions; each takes from alpha and beta what it needs, in turn."""
    given = node.attributes.get("activations", _DEFAULTS[node.op])
    names = [str(each) for each in given] if isinstance(given, tuple) else []
    if len(names) != len(kind.functions):
        raise NotOursError(f"it has {len(names)} activations; {len(kind.functions)} are needed")
    left = [list(reals(node, key)) for key in ("activation_alpha", "activation_beta")]
    found = [_activation(name, left) for name in names]
    if node.op == "LSTM" and found[1] != found[2]:
        raise NotOursError(f"its output's activation is {names[2]}, the candidate's {names[1]}")
    return found


def _activation(name: str, left: list[list[float]]) -> Activation:
    word_ = name.lower()
    if word_ not in _NUMBERS:
        raise NotOursError(f"its activation {name[:40]!r} is none of ONNX's")
    taken = [
        typed(numbers.pop(0)) if numbers and default is not None else default
        for numbers, default in zip(left, _NUMBERS[word_], strict=True)
    ]
    found = _MEANT[word_](taken[0] or 0.0, taken[1] or 0.0)
    if found is None:
        raise NotOursError(f"its activation {name} with {taken[0]} and {taken[1]} is none of ours")
    return found


def _outputs(
    wiring: Wiring, node: OnnxNode, nodes: list[OnnxNode], warnings: list[str]
) -> dict[str, object]:
    """Say which outputs are used: all steps, the last one, the states."""
    every = node.result if node.result and wiring.used(node.result) else ""
    nodes += _behind(wiring, node)
    if every and _backwards(node) and not any(_reverses(each) for each in nodes):
        warnings.append(f"{node.op}: Keras gives the steps in the other order")
    return asked_for(wiring, every, [name for name in node.outputs[1:] if name], warnings)


def asked_for(
    wiring: Wiring, every: str, states: list[str], warnings: list[str]
) -> dict[str, object]:
    """Say what is given of a recurrence: all steps ("" for the last one), and its last states too.

    The last step is the first state: without all steps that one has to be given out twice.
    """
    used = [wiring.used(name) for name in states]
    given = [_given_out(wiring, name) for name in (every, *states)]
    again = any(used) if every else any(used[1:]) or any(len(names) > 1 for names in given[1:2])
    if not every and used[:1] != [True]:
        warnings.append("only the cell state is used of it; Keras gives that behind the last step")
    keras = [0] * bool(every) + [1] * (not every) + [*range(1, len(given))] * again
    left = iter(keras)
    file = [at for name in wiring.outputs for at, names in enumerate(given) if name in names]
    if not all(each in left for each in file):
        warnings.append("the file gives its outputs otherwise than Keras: last step, h, c")
    return {"return_sequences": bool(every), "return_state": again}


def _given_out(wiring: Wiring, value: str) -> list[str]:
    """Give the outputs of the graph that are a value, turned, squeezed or as it is, in order."""
    names, found = [value], set()
    for _ in range(5):
        found |= wiring.results.intersection(names)
        users = [user for name in names for user in wiring.users.get(name, ())]
        names = [user.result for user in users if user.op in _MOVES or _reverses(user)]
    return [name for name in wiring.outputs if name in found]


_MOVES = ("Identity", "Squeeze", "Transpose")


def _behind(wiring: Wiring, node: OnnxNode) -> list[OnnxNode]:
    """Give the nodes that only turn and squeeze what the operator gives."""
    found = []
    for output in node.outputs:
        name = output
        for _ in range(4):
            after = wiring.only_user(name) if name else None
            moves = after is not None and (after.op in _MOVES or _reverses(after))
            if after is None or not moves or len(after.outputs) != 1:
                break
            found.append(after)
            name = after.result
    return found


def _reverses(node: OnnxNode) -> bool:
    return node.op == "Slice" and len(node.inputs) == 5


def _time(wiring: Wiring, node: OnnxNode, nodes: list[OnnxNode]) -> int | None:
    """Find how many steps there are: axes may be turned before the operator, whose first is time.

    None where the file does not say; a turn before it is added to `nodes`.
    """
    before = wiring.maker.get(node.source)
    batch_first = whole(node, "layout") == 1
    time: object = None
    shape = wiring.shape(node.source)
    if before is not None and turned(before) == (1, 0, 2):
        nodes.insert(0, before)
        shape, batch_first = wiring.shape(before.source), not batch_first
    if shape is not None and len(shape) == 3:
        time = shape[1 if batch_first else 0]
    return time if isinstance(time, int) and time > 0 else None
