"""Reading activations from Keras 3 layer files: strings, functions, nested layers, operations."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType

from actviz.formats.keras_activations import (
    INITIALIZERS,
    LAYERS,
    MODELS,
    STRINGS,
    Activation,
    plain,
)
from actviz.formats.keras_objects import (
    SavedObject,
    joined,
    read_dtype,
    saved_object,
)
from actviz.formats.keras_operations import OPERATIONS, axis_of, number_of, relu_of
from actviz.layers.fields import DTYPE
from actviz.param import refuse

_BASE = ("name", "trainable", "dtype")
_FUNCTIONS = ("builtins", "keras.activations")
_COMPOSED = (
    "Rescaling·silu·Rescaling (swish), Rescaling·softplus·Rescaling (softplus) or "
    "Rescaling·ReLU with max_value 1 (hard_sigmoid)"
)
_CLOSE = 1e-6
_MOST_LISTED = 5


class ActivationReader:
    """Reads the activations of one layer.

    Parameters
    ----------
    dtype
        The layer's number format, which a nested layer should repeat.
    warnings
        Where to say what a file seems to mean and Keras does not do.
    """

    def __init__(self, dtype: object, warnings: list[str]) -> None:
        self.dtype = dtype
        self.warnings = warnings

    def read(self, value: object, path: str) -> Activation:
        """Read what Keras will compute; nothing is looked up or executed.

        Raises
        ------
        ValueError
            For anything that is none of our activations; names the place and what is allowed.
        """
        if value is None:
            return plain("linear", {})
        if isinstance(value, str):
            return self._string(value, path)
        if isinstance(value, dict) and value.get("class_name") == "function":
            return self._function(value, path)
        saved = saved_object(value, path)
        if saved.module == "keras.activations":
            return self._lossy(saved)
        key = _public(saved.module), saved.class_name
        if key in OPERATIONS:
            return OPERATIONS[key](saved)
        if key not in _READERS:
            shown = f"{saved.module}.{saved.class_name}"
            classes = ", ".join(class_name for _, class_name in (*_READERS, *OPERATIONS))
            raise refuse(path, shown, f"one of {classes}")
        return _READERS[key](self, saved)

    def _string(self, word: str, path: str) -> Activation:
        if word not in STRINGS:
            raise refuse(path, word, f"one of {', '.join(STRINGS)}")
        return plain(*STRINGS[word])

    def _function(self, value: Mapping[str, object], path: str) -> Activation:
        """Read a function by its name; Keras ignores whatever stands beside it."""
        word, module = value.get("config"), value.get("module")
        if not isinstance(word, str):
            raise refuse(joined(path, "config"), word, "the name of a function")
        if module not in _FUNCTIONS:
            raise refuse(joined(path, "module"), module, " or ".join(_FUNCTIONS))
        beside = set(value) - {"class_name", "config", "module", "registered_name"}
        found = self._string(word, joined(path, "config"))
        self._said_ignored(beside, found, path)
        return found

    def _lossy(self, saved: SavedObject) -> Activation:
        """Read a function written like a class; Keras ignores its config."""
        found = self._string(saved.class_name, joined(saved.path, "class_name"))
        self._said_ignored(set(saved.config), found, joined(saved.path, "config"))
        return found

    def _said_ignored(self, keys: set[str], found: Activation, path: str) -> None:
        if keys:
            name, values = found
            kept = ", ".join(f"{key} = {value}" for key, value in values.items()) or "its default"
            listed = ", ".join(joined("", key) for key in sorted(keys)[:_MOST_LISTED])
            self.warnings.append(f"{path}: Keras ignores {listed} here and computes {name}, {kept}")

    def _layer(self, saved: SavedObject, *allowed: str) -> None:
        """Check a nested layer's keys and say where it computes in another format."""
        saved.only((*_BASE, *allowed))
        dtype = read_dtype(saved.config.get("dtype"), saved.at("dtype")) or DTYPE.default
        DTYPE.domain.check(dtype, saved.at("dtype"))
        if dtype != self.dtype:
            self.warnings.append(
                f"{saved.at('dtype')}: it computes in {dtype}, the layer in {self.dtype}, "
                "which is taken for both"
            )

    def elu(self, saved: SavedObject) -> Activation:
        """Read ELU{alpha}."""
        self._layer(saved, "alpha")
        return plain("elu", {"alpha": number_of(saved, "alpha", 1.0)})

    def leaky_relu(self, saved: SavedObject) -> Activation:
        """Read LeakyReLU{negative_slope}; the old key alpha overrides it in Keras."""
        self._layer(saved, "negative_slope", "alpha")
        slope = number_of(saved, "negative_slope", 0.3, low=0.0)
        if "alpha" in saved.config:
            slope = number_of(saved, "alpha", 0.3, low=0.0)
            both = ", and Keras takes it before that" * ("negative_slope" in saved.config)
            self.warnings.append(f"{saved.at('alpha')}: the old name of negative_slope{both}")
        return plain("leaky_relu", {"negative_slope": slope})

    def relu(self, saved: SavedObject) -> Activation:
        """Read ReLU{max_value, negative_slope, threshold}, none of them below 0."""
        self._layer(saved, "max_value", "negative_slope", "threshold")
        return relu_of(saved, low=0.0)

    def prelu(self, saved: SavedObject) -> Activation:
        """Read PReLU{alpha_initializer} with one slope; training moves it from there."""
        never = ("alpha_regularizer", "alpha_constraint")
        self._layer(saved, "alpha_initializer", *never, "shared_axes")
        for key in never:
            if saved.config.get(key) is not None:
                raise refuse(saved.at(key), saved.config[key], "null")
        if saved.config.get("shared_axes") is not None:
            self.warnings.append(f"{saved.at('shared_axes')}: it is left out; f is the same")
        return plain("prelu", {"alpha": _initial_slope(saved)})

    def softmax(self, saved: SavedObject) -> Activation:
        """Read Softmax{axis}; a list of axes has no counterpart here."""
        self._layer(saved, "axis")
        return plain("softmax", {"axis": axis_of(saved)})

    def activation(self, saved: SavedObject) -> Activation:
        """Read the layer around an activation."""
        self._layer(saved, "activation")
        return self.read(saved.config.get("activation"), saved.at("activation"))

    def rescaling_alone(self, saved: SavedObject) -> Activation:
        """Read a single Rescaling: x/2 is Swish with β = 0."""
        return self._composed([saved], saved.path)

    def rescaling(self, saved: SavedObject) -> tuple[float, float]:
        """Read Rescaling{scale, offset}."""
        self._layer(saved, "scale", "offset")
        if "scale" not in saved.config or "offset" not in saved.config:
            raise ValueError(f"{saved.path}.config: scale and offset are needed by Keras")
        return number_of(saved, "scale", 1.0), number_of(saved, "offset", 0.0)

    def sequential(self, saved: SavedObject) -> Activation:
        """Read a Sequential that is one of the composed forms, or holds a single activation."""
        self._layer(saved, "layers", "build_input_shape")
        layers = saved.config.get("layers")
        if not isinstance(layers, list):
            raise refuse(saved.at("layers"), layers, "a list of layers")
        steps = [
            saved_object(layer, f"{saved.at('layers')}[{index}]")
            for index, layer in enumerate(layers)
        ]
        # Keras adds an InputLayer once the Sequential was called.
        if steps and (_public(steps[0].module), steps[0].class_name) == (LAYERS, "InputLayer"):
            steps = steps[1:]
        return self._composed(steps, saved.path)

    def _composed(self, steps: list[SavedObject], path: str) -> Activation:
        """Recognise what a chain of layers computes."""
        if len(steps) > 3:
            raise refuse(path, [step.class_name for step in steps], _COMPOSED)
        read = [self._step(step) for step in steps]
        match read:
            case [(str() as name, dict() as values)]:
                return name, values
            case [(0.5, 0.0)]:
                return plain("swish", {"beta": 0.0})
            case [
                (float() as beta, 0.0),
                ("swish" | "softplus" as name, {"beta": 1.0}),
                (float() as inverse, 0.0),
            ] if math.isclose(beta * inverse, 1.0, rel_tol=_CLOSE) and (
                beta > 0 or name == "swish"
            ):
                return plain(name, {"beta": beta})
            case [(float() as beta, 0.0), ("elu", {"alpha": 1.0}), (float() as alpha, 0.0)] if (
                alpha > 0 and math.isclose(alpha * beta, 1.0, rel_tol=_CLOSE)
            ):
                return plain("celu", {"alpha": alpha})
            case [
                (float() as beta, 0.0),
                ("hard_shrink" | "soft_shrink" as name, {"threshold": 0.5}),
                (float() as size, 0.0),
            ] if size > 0 and math.isclose(size * beta, 1.0, rel_tol=_CLOSE):
                return plain(name, {"threshold": size / 2})
            case [
                (float() as alpha, float() as beta),
                ("relu", {"negative_slope": 0.0, "max_value": 1.0, "threshold": 0.0}),
            ]:
                return plain("hard_sigmoid", {"alpha": alpha, "beta": beta})
        raise refuse(path, [step.class_name for step in steps], _COMPOSED)

    def _step(self, saved: SavedObject) -> Activation | tuple[float, float]:
        if (_public(saved.module), saved.class_name) == (LAYERS, "Rescaling"):
            return self.rescaling(saved)
        return self.read(
            {
                "module": saved.module,
                "class_name": saved.class_name,
                "config": saved.config,
            },
            saved.path,
        )


def _initial_slope(saved: SavedObject) -> float:
    """Read with which slope a PReLU begins: zeros where nothing is said."""
    where = saved.at("alpha_initializer")
    value = saved.config.get("alpha_initializer", "zeros")
    if isinstance(value, str):
        if value.lower() == "zeros":
            return 0.0
        raise refuse(where, value, "zeros, or a Constant object")
    initializer = saved_object(value, where)
    if initializer.module != INITIALIZERS or initializer.class_name not in ("Zeros", "Constant"):
        raise refuse(where, f"{initializer.module}.{initializer.class_name}", "Zeros or Constant")
    initializer.only(("value",) if initializer.class_name == "Constant" else ())
    return number_of(initializer, "value", 0.0)


def _public(module: str) -> str:
    """Give the public name under which Keras exports what a module holds."""
    if module.startswith("keras.src.layers."):
        return LAYERS
    return MODELS if module in ("keras.models", "keras.src.models.sequential") else module


_READERS: Mapping[tuple[str, str], Callable[[ActivationReader, SavedObject], Activation]] = (
    MappingProxyType(
        {
            (LAYERS, "ELU"): ActivationReader.elu,
            (LAYERS, "LeakyReLU"): ActivationReader.leaky_relu,
            (LAYERS, "PReLU"): ActivationReader.prelu,
            (LAYERS, "ReLU"): ActivationReader.relu,
            (LAYERS, "Softmax"): ActivationReader.softmax,
            (LAYERS, "Activation"): ActivationReader.activation,
            (LAYERS, "Rescaling"): ActivationReader.rescaling_alone,
            (MODELS, "Sequential"): ActivationReader.sequential,
        }
    )
)
