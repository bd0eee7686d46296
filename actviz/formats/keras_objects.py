"""The envelope in which Keras 3 writes every object, and the words for its small ones.

Nothing is built or looked up from a file: class names are compared with the tables here.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from actviz.param import refuse

# Written by Keras beside the four parts; `build_config` would make a reader allocate the weights.
_BESIDE = ("build_config", "compile_config", "shared_object_id", "actviz")
_ENVELOPE = ("module", "class_name", "config", "registered_name", *_BESIDE)
_LONGEST_NAME = 60

Defaults = Mapping[str, object]


@dataclass(frozen=True)
class SavedObject:
    """An object as a file holds it, with the path under which its parts are named in messages."""

    module: str
    class_name: str
    config: Mapping[str, object]
    path: str

    def at(self, key: str) -> str:
        """Name the place of a part of the config."""
        return joined(joined(self.path, "config"), key)

    def only(self, allowed: Collection[str]) -> None:
        """Refuse config keys that are not allowed, as Keras does."""
        for key in self.config:
            if key not in allowed:
                raise unknown_key(self.at(key), allowed)


def joined(path: str, part: str) -> str:
    """Name a part of what stands at `path`, in one line; the document's own path is empty."""
    named = (
        part if part.isprintable() and len(part) <= _LONGEST_NAME else ascii(part[:_LONGEST_NAME])
    )
    return f"{path}.{named}" if path else named


def unknown_key(where: str, allowed: Collection[str]) -> ValueError:
    """Make the sentence for a key that is not known."""
    return ValueError(f"{where}: there is no such key; allowed: {', '.join(allowed) or 'none'}")


def saved_object(value: object, path: str) -> SavedObject:
    """Check the envelope of an object.

    Raises
    ------
    ValueError
        Where it is not an object with module, class name and config, or holds a custom class.
    """
    if not isinstance(value, dict):
        raise refuse(path or "the document", value, "an object with module, class_name and config")
    for key in value:
        if key not in _ENVELOPE:
            raise unknown_key(joined(path, key), _ENVELOPE)
    class_name, module = value.get("class_name"), value.get("module")
    config, registered = value.get("config"), value.get("registered_name")
    if not isinstance(class_name, str):
        raise refuse(joined(path, "class_name"), class_name, "the name of a Keras class")
    if not isinstance(module, str):
        raise refuse(
            joined(path, "module"), module, "the module of the class, as Keras 3 writes it"
        )
    if not isinstance(config, dict):
        raise refuse(joined(path, "config"), config, "an object with the arguments of the class")
    if registered not in (None, class_name):
        allowed = f"null or {class_name}: custom classes are not read"
        raise refuse(joined(path, "registered_name"), registered, allowed)
    return SavedObject(module, class_name, config, path)


def written_object(
    module: str, class_name: str, config: Mapping[str, object], registered_name: str | None = None
) -> dict[str, object]:
    """Put an object into its envelope."""
    return {
        "module": module,
        "class_name": class_name,
        "config": dict(config),
        "registered_name": registered_name,
    }


_SEED: Defaults = {"seed": None}
_FANS: Defaults = {"seed": None, "input_axes": None, "output_axes": None}
_AROUND_ZERO: Defaults = {"seed": None, "mean": 0.0, "stddev": 0.05}

_KINDS: Mapping[str, Mapping[str, tuple[str, Defaults]]] = MappingProxyType(
    {
        "initializer": {
            "glorot_uniform": ("GlorotUniform", _FANS),
            "glorot_normal": ("GlorotNormal", _FANS),
            "he_uniform": ("HeUniform", _FANS),
            "he_normal": ("HeNormal", _FANS),
            "lecun_uniform": ("LecunUniform", _FANS),
            "lecun_normal": ("LecunNormal", _FANS),
            "random_uniform": ("RandomUniform", {**_SEED, "minval": -0.05, "maxval": 0.05}),
            "random_normal": ("RandomNormal", _AROUND_ZERO),
            "truncated_normal": ("TruncatedNormal", _AROUND_ZERO),
            "variance_scaling": (
                "VarianceScaling",
                {**_FANS, "scale": 1.0, "mode": "fan_in", "distribution": "truncated_normal"},
            ),
            "zeros": ("Zeros", {}),
            "ones": ("Ones", {}),
            "orthogonal": ("Orthogonal", {**_SEED, "gain": 1.0}),
            "identity": ("Identity", {"gain": 1.0}),
        },
        "regularizer": {
            "l1": ("L1", {"l1": 0.01}),
            "l2": ("L2", {"l2": 0.01}),
            "l1l2": ("L1L2", {"l1": 0.0, "l2": 0.0}),
            "orthogonal_regularizer": ("OrthogonalRegularizer", {"factor": 0.01, "mode": "rows"}),
        },
        "constraint": {
            "max_norm": ("MaxNorm", {"max_value": 2, "axis": 0}),
            "min_max_norm": (
                "MinMaxNorm",
                {"min_value": 0.0, "max_value": 1.0, "rate": 1.0, "axis": 0},
            ),
            "non_neg": ("NonNeg", {}),
            "unit_norm": ("UnitNorm", {"axis": 0}),
        },
    }
)
_ALIASES: Mapping[str, str] = MappingProxyType(
    {
        "normal": "random_normal",
        "uniform": "random_uniform",
        "one": "ones",
        "zero": "zeros",
        "OrthogonalInitializer": "orthogonal",
        "IdentityInitializer": "identity",
    }
)


def kind_of(field: str) -> str | None:
    """Say whether a field holds an initializer, a regularizer or a constraint, or none of them."""
    kind = field.rpartition("_")[2]
    return kind if kind in _KINDS else None


def read_word(kind: str, value: object, path: str) -> object:
    """Read an initializer, regularizer or constraint as the word for it.

    A word, a class name and an object with default arguments mean the same; anything else that is
    not text is given back as it is, for the field to refuse.

    Raises
    ------
    ValueError
        For an object with arguments off their defaults, which a word cannot hold.
    """
    words = _KINDS[kind]
    by_class = {class_name: word for word, (class_name, _) in words.items()}
    if isinstance(value, str):
        return _ALIASES.get(value) or by_class.get(value, value)
    if not isinstance(value, dict):
        return value
    saved = saved_object(value, path)
    word = _ALIASES.get(saved.class_name) or by_class.get(saved.class_name)
    if saved.module != f"keras.{kind}s" or word is None:
        shown = f"{saved.module}.{saved.class_name}"
        raise refuse(path, shown, f"one of {', '.join(by_class)} in keras.{kind}s")
    defaults = words[word][1]
    saved.only(defaults)
    for key, argument in saved.config.items():
        if not _same(argument, defaults[key]):
            allowed = f"{defaults[key]}: arguments of {saved.class_name} are not held"
            raise refuse(saved.at(key), argument, allowed)
    return word


def _same(argument: object, default: object) -> bool:
    """Compare an argument with its default; Keras writes some back through float32."""
    if isinstance(argument, bool) or not isinstance(argument, (int, float)):
        return argument == default
    return isinstance(default, (int, float)) and math.isclose(argument, default, rel_tol=1e-6)


def read_dtype(value: object, path: str) -> object:
    """Read a number format, which Keras writes as a word or as a policy object."""
    if not isinstance(value, dict):
        return value
    saved = saved_object(value, path)
    if saved.class_name != "DTypePolicy":
        raise refuse(joined(path, "class_name"), saved.class_name, "DTypePolicy")
    saved.only(("name", "source_name"))
    return saved.config.get("name")
