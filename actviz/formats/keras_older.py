"""Keras 2's layers, put as Keras 3 would put them: one reader then reads both.

What Keras 2 means by its words is said in Keras 3's terms here: `hard_sigmoid` is
clip(0.2·x + 0.5), a LeakyReLU's slope is called `alpha`, and there is a ThresholdedReLU.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from actviz.formats.keras_objects import joined
from actviz.param import refuse

Config = dict[str, object]

OPS = "keras.src.ops.nn"
_LAYERS = ("tensorflow.keras.layers", "tf_keras.layers", "tensorflow.python.keras.layers")
_RECURRENT = ("SimpleRNN", "GRU", "LSTM")
_GROUPED = ("Conv1D", "Conv2D", "Conv3D")
_ONLY_IN_2 = ("time_major", "batch_input_shape", "implementation")
_BY_KIND = ("initializer", "regularizer", "constraint")
_CLASS_WORDS = ("ELU", "LeakyReLU", "PReLU", "ReLU", "Softmax", "ThresholdedReLU")
LEAKY_ALPHA = 0.3
THETA = 1.0


def is_keras_2(document: object) -> bool:
    """Tell from a layer's or a model's JSON alone whether Keras 2 wrote it.

    Keras 3 names the module of everything; newer Keras 2 does so for layers too, which then are
    known by keys that Keras 3 has not.
    """
    if not isinstance(document, dict):
        return False
    version = document.get("keras_version")
    if isinstance(version, str):
        return version.startswith(("1.", "2."))
    if "module" not in document:
        return "class_name" in document
    config = document.get("config")
    if not isinstance(config, dict):
        return False
    acts = config.get("activation"), config.get("recurrent_activation")
    gone = any(isinstance(a, dict) and a.get("class_name") == "ThresholdedReLU" for a in acts)
    keys = any(key in config for key in _ONLY_IN_2) or bool(_foreign(document, config))
    return gone or keys or _has_keras_2s_keys(document, config)


def _has_keras_2s_keys(document: Mapping[str, object], config: Mapping[str, object]) -> bool:
    """Tell layers by what each Keras always writes, null or not: Dense a key more, cells a seed."""
    if not isinstance(config.get("kernel_initializer"), dict):  # no Keras wrote it, but a person
        return False
    match document.get("class_name"):
        case "Dense":
            return "activity_regularizer" in config and config["activity_regularizer"] is None
        case "SimpleRNNCell":
            return "seed" not in config
    return False


def _foreign(document: Mapping[str, object], config: Mapping[str, object]) -> list[str]:
    """List the keys that Keras 2 writes for a class and Keras 3 refuses."""
    name = str(document.get("class_name"))
    foreign = []
    if name not in _GROUPED:
        foreign += ["groups"]
    if name.startswith("SeparableConv"):
        foreign += [f"kernel_{kind}" for kind in _BY_KIND]
    elif name == "DepthwiseConv2D":
        foreign += [f"kernel_{kind}" for kind in _BY_KIND] + ["filters"]
    return [key for key in foreign if key in config]


def as_keras_3(layer: Mapping[str, object], path: str = "") -> tuple[Config, list[str]]:
    """Put a layer of Keras 2 as Keras 3 would, with a sentence for each thing that changes.

    `path` is where it stands in the document.

    Raises
    ------
    ValueError
        For what Keras 3's layer cannot do: groups in a transposed convolution, time as first axis.
    """
    said: list[str] = []
    config = layer.get("config")
    if not isinstance(config, dict):
        return {**layer, "module": _module(layer)}, said
    kept = dict(config)
    _drop_foreign(layer, kept)
    for key in ("time_major", "implementation", "batch_input_shape"):
        kept.pop(key, None)
    dtype = kept["dtype"] = _dtype(kept.get("dtype", "float32"))
    for key, value in kept.items():
        kind = key.rpartition("_")[2]
        if kind in _BY_KIND and isinstance(value, dict):
            kept[key] = {"module": f"keras.{kind}s", **value}
        elif key in ("activation", "recurrent_activation"):
            kept[key] = activation(value, dtype, joined(path, f"config.{key}"), said)
        elif key == "cell" and isinstance(value, dict):
            kept[key], more = as_keras_3(value, joined(path, f"config.{key}"))
            said += more
    beside = {key: value for key, value in layer.items() if key not in ("keras_version", "backend")}
    return {**beside, "module": _module(layer), "config": kept}, said


def _module(layer: Mapping[str, object]) -> object:
    module = layer.get("module", "keras.layers")
    return "keras.layers" if module in _LAYERS else module


def _drop_foreign(layer: Mapping[str, object], kept: Config) -> None:
    """Take out what Keras 2 writes and does nothing with; refuse what it does something with."""
    if kept.get("time_major"):
        raise refuse("config.time_major", kept["time_major"], "false: Keras 3 has time second")
    for key in _foreign(layer, kept):
        if key == "groups" and kept[key] != 1:
            raise refuse("config.groups", kept[key], "1: Keras 3 has no groups in this layer")
        del kept[key]


def _dtype(value: object) -> object:
    """Read Keras 2's policy, which is a word or an object with the word in it; null is float32."""
    if isinstance(value, dict) and value.get("class_name") in ("Policy", "PolicyV1"):
        config = value.get("config")
        return config.get("name") if isinstance(config, dict) else config
    return "float32" if value is None else value


def activation(value: object, dtype: object, path: str, said: list[str]) -> object:
    """Put an activation of Keras 2 as Keras 3 would; what is none is given back as it is."""
    if value == "hard_sigmoid":
        said.append(f"{path}: hard_sigmoid is clip(0.2·x + 0.5, 0, 1) in Keras 2")
        return _hard_sigmoid(dtype)
    if value in _CLASS_WORDS:
        return activation_layer({"class_name": value, "config": {}}, dtype)
    if not isinstance(value, dict):
        return value
    name = value.get("class_name")
    if name == "function":
        return activation(value.get("config"), dtype, joined(path, "config"), said)
    if name == "Activation" and isinstance(config := value.get("config"), dict):
        return activation(config.get("activation"), dtype, f"{path}.config.activation", said)
    return activation_layer(value, dtype)


def activation_layer(layer: Mapping[str, object], dtype: object) -> Config:
    """Put an activation layer of Keras 2 as Keras 3 would."""
    config = layer.get("config")
    changed: Config = {"dtype": dtype, **config} if isinstance(config, dict) else {}
    changed["dtype"] = _dtype(changed.get("dtype"))
    changed.pop("batch_input_shape", None)
    put = {**layer, "module": _module(layer), "config": changed}
    change = _CHANGED.get(str(layer.get("class_name")))
    return change(put, changed) if change else put


def _leaky_relu(put: Config, config: Config) -> Config:
    """Rename the slope; Keras 3's layer refuses one below 0, its operation does not."""
    slope = config.pop("alpha", config.pop("negative_slope", LEAKY_ALPHA))
    if isinstance(slope, float) and slope < 0:
        return {"module": OPS, "class_name": "LeakyRelu", "config": {"negative_slope": slope}}
    config["negative_slope"] = slope
    return put


def _thresholded_relu(put: Config, config: Config) -> Config:
    numbers = {"threshold": config.get("theta", THETA), "default_value": 0}
    return {"module": OPS, "class_name": "Threshold", "config": numbers}


def _prelu(put: Config, config: Config) -> Config:
    start = config.get("alpha_initializer")
    if isinstance(start, dict):
        config["alpha_initializer"] = {"module": "keras.initializers", **start}
    return put


def _hard_sigmoid(dtype: object) -> Config:
    line = {"name": "rescaling", "dtype": dtype, "scale": 0.2, "offset": 0.5}
    limit = {"name": "relu", "dtype": dtype, "max_value": 1.0}
    layers = [
        {"module": "keras.layers", "class_name": "Rescaling", "config": line},
        {"module": "keras.layers", "class_name": "ReLU", "config": limit},
    ]
    config = {"name": "hard_sigmoid", "dtype": dtype, "layers": layers}
    return {"module": "keras", "class_name": "Sequential", "config": config}


_CHANGED: Mapping[str, Callable[[Config, Config], Config]] = MappingProxyType(
    {
        "LeakyReLU": _leaky_relu,
        "PReLU": _prelu,
        "ThresholdedReLU": _thresholded_relu,
    }
)
