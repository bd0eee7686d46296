"""Frameworks as subjects: the same functions by torch, JAX, Keras and ONNX Runtime, on the CPU.

None of them is a part of the program: one is imported when it is asked for. What each calls a
function stands in `calls`. f′ is what its automatic differentiation gives; ONNX Runtime has none.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from typing import Any, Protocol

import numpy as np

from actviz.accuracy.calls import CALLS
from actviz.accuracy.subjects import Computed
from actviz.activations import Row
from actviz.dtypes import DTYPES
from actviz.evaluation import Array, Grid
from actviz.param import Value

Results = tuple[Array, Array | None]
Function = Callable[..., Any]


class Library(Protocol):
    """What a framework must say: its name and version, and f and f′ of one of its functions."""

    name: str
    dtypes: tuple[str, ...]

    def pair(
        self, function: str, keywords: Mapping[str, object], logits: tuple[float, ...]
    ) -> Callable[[Array, str], Results]:
        """Make a function of x and the dtype; with `logits` it is a softmax beside these."""


class Framework:
    """A library as a subject."""

    kinks_count = False

    def __init__(self, identifier: str, library: Library) -> None:
        self.id = identifier
        self.name = library.name
        self._library = library
        self._made: dict[object, Callable[[Array, str], Results]] = {}

    def offers(self, row: Row, values: Mapping[str, Value], dtype: str) -> bool:
        """Tell whether it has the function, at these values and in this dtype."""
        call = CALLS[self.id].get(row.name)
        return call is not None and call.offers(values) and dtype in self._library.dtypes

    def run(self, row: Row, values: Mapping[str, Value], x: Grid | Array, dtype: str) -> Computed:
        """Compute f and f′ of a function that it offers."""
        key = (row.name, tuple(values.items()))
        if key not in self._made:
            call = CALLS[self.id][row.name]
            logits = values.get("logits", ()) if row.vector else ()
            assert isinstance(logits, tuple)
            self._made[key] = self._library.pair(call.function, call.keywords(values), logits)
        points = x.points() if isinstance(x, Grid) else x
        points = DTYPES[dtype].rounded(points)
        with np.errstate(invalid="ignore"):  # a signalling NaN is an invalid cast
            return Computed(points, *self._made[key](points, dtype))


def open_framework(identifier: str) -> Framework:
    """Import a framework.

    Raises
    ------
    ValueError
        For another name than those of `CALLS`, or when it is not installed.
    """
    if identifier not in LIBRARIES:
        allowed = ", ".join(LIBRARIES)
        raise ValueError(f"--against: {identifier!r} is not allowed; it must be one of {allowed}")
    try:
        return Framework(identifier, LIBRARIES[identifier]())
    except ImportError as error:
        missing = error.name or identifier
        raise ValueError(
            f"--against {identifier}: the package {missing} is not installed here"
        ) from None


class Torch:
    """PyTorch: torch.nn.functional and autograd."""

    dtypes: tuple[str, ...] = ("float32", "float16", "bfloat16", "float64")

    def __init__(self) -> None:
        import torch

        self._torch = torch
        self.name = f"torch {torch.__version__}"

    def pair(
        self, function: str, keywords: Mapping[str, object], logits: tuple[float, ...]
    ) -> Callable[[Array, str], Results]:
        """Make f and f′ of a function of torch.nn.functional or of torch."""
        home = self._torch.nn.functional
        found = getattr(home if hasattr(home, function) else self._torch, function)
        return torch_pair(found, keywords, logits)


def torch_pair(
    function: Function, keywords: Mapping[str, object], logits: tuple[float, ...]
) -> Callable[[Array, str], Results]:
    """Make f and f′ of a function of tensors."""
    import torch

    def both(x: Array, dtype: str) -> Results:
        wide = "float64" if dtype == "float64" else "float32"
        leaf = torch.tensor(x.astype(wide)).to(getattr(torch, dtype)).requires_grad_()
        if logits:
            others = [torch.full_like(leaf, each) for each in logits]
            y = function(torch.stack([leaf, *others]), 0)[0]
        else:
            y = function(leaf, **keywords)
        (slope,) = torch.autograd.grad(y, leaf, torch.ones_like(y))
        y, slope = (each.detach().to(getattr(torch, wide)).numpy() for each in (y, slope))
        return y, slope

    return both


class Jax:
    """JAX: jax.nn and its reverse mode."""

    dtypes: tuple[str, ...] = ("float32", "float16", "bfloat16")

    def __init__(self) -> None:
        import jax

        self._jax = jax
        self.name = f"jax {jax.__version__}"

    def pair(
        self, function: str, keywords: Mapping[str, object], logits: tuple[float, ...]
    ) -> Callable[[Array, str], Results]:
        """Make f and f′ of a function of jax.nn or of jax.numpy."""
        home = self._jax.nn
        found = getattr(home if hasattr(home, function) else self._jax.numpy, function)
        return jax_pair(found, _with_flag(keywords), logits)


def jax_pair(
    function: Function, keywords: Mapping[str, object], logits: tuple[float, ...]
) -> Callable[[Array, str], Results]:
    """Make f and f′ of a function of JAX's arrays, compiled; the CPU computes."""
    import jax
    import jax.numpy as jnp

    def of_one(x: Any) -> Any:
        if logits:
            stacked = jnp.stack([x, *(jnp.full_like(x, each) for each in logits)])
            return function(stacked, axis=0)[0]
        return function(x, **keywords)

    def pair(x: Any) -> Any:
        y, pull = jax.vjp(of_one, x)
        (slope,) = pull(jnp.ones_like(y))
        return y, slope

    compiled = jax.jit(pair)

    def both(x: Array, dtype: str) -> Results:
        with jax.default_device(jax.devices("cpu")[0]):
            y, slope = compiled(jnp.asarray(x, dtype))
        return np.asarray(y, np.float32), np.asarray(slope, np.float32)

    return both


def _with_flag(keywords: Mapping[str, object]) -> dict[str, object]:
    """Give GELU's choice as JAX and Keras take it: whether it is the tanh form."""
    return {
        name: value == "tanh" if name == "approximate" else value
        for name, value in keywords.items()
    }


class Keras:
    """Keras on the backend that KERAS_BACKEND names, else on the first that is installed."""

    dtypes: tuple[str, ...] = ("float32",)

    def __init__(self) -> None:
        backends = {"jax": jax_pair, "torch": torch_pair}
        found = [each for each in backends if find_spec(each)]
        if found:
            os.environ.setdefault("KERAS_BACKEND", found[0])
        import keras

        self._keras = keras
        backend = keras.backend.backend()
        if backend not in backends:
            allowed = " or ".join(backends)
            raise ValueError(
                f"--against keras: its backend {backend} is not allowed; set KERAS_BACKEND to "
                f"{allowed}"
            )
        self._pair = backends[backend]
        self.name = f"keras {keras.__version__} on {backend}"

    def pair(
        self, function: str, keywords: Mapping[str, object], logits: tuple[float, ...]
    ) -> Callable[[Array, str], Results]:
        """Make f and f′ of a function of keras.activations."""
        found = getattr(self._keras.activations, function)
        return self._pair(found, _with_flag(keywords), logits)


class OnnxRuntime:
    """ONNX Runtime: f alone, by a model of one operator."""

    dtypes: tuple[str, ...] = ("float32",)
    _OPSET, _IR = 20, 9

    def __init__(self) -> None:
        import onnx
        import onnxruntime

        self._onnx, self._runtime = onnx, onnxruntime
        self.name = f"onnxruntime {onnxruntime.__version__}"

    def pair(
        self, function: str, keywords: Mapping[str, object], logits: tuple[float, ...]
    ) -> Callable[[Array, str], Results]:
        """Make f of an operator; a softmax acts on rows of x and the logits."""
        helper, kind = self._onnx.helper, self._onnx.TensorProto.FLOAT
        shape = ["n", 1 + len(logits)] if logits else ["n"]
        ends = [helper.make_tensor_value_info(name, kind, shape) for name in ("x", "y")]
        node = helper.make_node(function, ["x"], ["y"], **keywords)
        model = helper.make_model(
            helper.make_graph([node], function, ends[:1], ends[1:]),
            opset_imports=[helper.make_opsetid("", self._OPSET)],
            ir_version=self._IR,
        )
        session = self._runtime.InferenceSession(
            model.SerializeToString(), providers=["CPUExecutionProvider"]
        )

        def value(x: Array, dtype: str) -> Results:
            given = x.astype(dtype)
            if not logits:
                return session.run(None, {"x": given})[0], None
            rows = np.column_stack([given, *(np.full_like(given, each) for each in logits)])
            return session.run(None, {"x": rows})[0][:, 0], None

        return value


LIBRARIES: dict[str, Callable[[], Library]] = {
    "torch": Torch,
    "keras": Keras,
    "jax": Jax,
    "onnxruntime": OnnxRuntime,
}
