"""The envelope in which Keras 3 writes every object, and the words for its small ones.

Nothing is built or looked up from a file: class names are compared with the tables here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from actviz.layers.named import Named
from actviz.param import Domain, Value, refuse

# Written by Keras beside the four parts; `build_config` would make a reader allocate the weights.
_BESIDE = ("build_config", "compile_config", "shared_object_id", "actviz")
_ENVELOPE = ("module", "class_name", "config", "registered_name", *_BESIDE)
_LONGEST_NAME = 60


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


_KINDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "initializer": {
            "glorot_uniform": "GlorotUniform",
            "glorot_normal": "GlorotNormal",
            "he_uniform": "HeUniform",
            "he_normal": "HeNormal",
            "lecun_uniform": "LecunUniform",
            "lecun_normal": "LecunNormal",
            "random_uniform": "RandomUniform",
            "random_normal": "RandomNormal",
            "truncated_normal": "TruncatedNormal",
            "variance_scaling": "VarianceScaling",
            "constant": "Constant",
            "zeros": "Zeros",
            "ones": "Ones",
            # Keras before 3.6 finds these two under their long names only.
            "orthogonal": "OrthogonalInitializer",
            "identity": "IdentityInitializer",
        },
        "regularizer": {
            "l1": "L1",
            "l2": "L2",
            "l1l2": "L1L2",
            "orthogonal_regularizer": "OrthogonalRegularizer",
        },
        "constraint": {
            "max_norm": "MaxNorm",
            "min_max_norm": "MinMaxNorm",
            "non_neg": "NonNeg",
            "unit_norm": "UnitNorm",
        },
    }
)
_NO_STRING = ("constant",)
"""Keras has the class, but fails on the bare word for it."""
_NEVER = ("input_axes", "output_axes")
"""Written by Keras 3.15 and read by no older one; only null has a meaning here."""
_ALIASES: Mapping[str, str] = MappingProxyType(
    {
        "normal": "random_normal",
        "uniform": "random_uniform",
        "one": "ones",
        "zero": "zeros",
        "Orthogonal": "orthogonal",
        "Identity": "identity",
    }
)


def kind_of(field: str) -> str | None:
    """Say whether a field holds an initializer, a regularizer or a constraint, or none of them."""
    kind = field.rpartition("_")[2]
    return kind if kind in _KINDS else None


def read_word(kind: str, value: object, path: str, domain: Domain) -> object:
    """Read an initializer, regularizer or constraint as its word with its arguments.

    A word, a class name and an object mean the same; anything else that is not text is given back
    as it is, for the field to refuse.

    Raises
    ------
    ValueError
        For an object of another class, or with arguments that the word has not.
    """
    words = _KINDS[kind]
    by_class = {class_name: word for word, class_name in words.items()}
    if isinstance(value, str):
        return _ALIASES.get(value) or by_class.get(value, value)
    if not isinstance(value, dict) or not isinstance(domain, Named):
        return value
    saved = saved_object(value, path)
    word = _ALIASES.get(saved.class_name) or by_class.get(saved.class_name)
    if saved.module != f"keras.{kind}s" or word not in domain.options:
        shown = f"{saved.module}.{saved.class_name}"
        classes = ", ".join(words[option] for option in domain.options)
        raise refuse(path, shown, f"one of {classes} in keras.{kind}s")
    params = {param.name: param for param in domain.word(word).arguments}
    fans = _NEVER if kind == "initializer" and "seed" in params else ()
    saved.only((*params, *fans))
    for key in fans:
        if saved.config.get(key) is not None:
            raise refuse(saved.at(key), saved.config[key], "null: Keras before 3.15 has none")
    given = {
        key: params[key].domain.check(_argument(key, argument), saved.at(key))
        for key, argument in saved.config.items()
        if key in params
    }
    return domain.spell(word, given, path)


def _argument(key: str, argument: object) -> object:
    """Give an argument as Keras takes it: "normal" is its older word for truncated_normal."""
    return "truncated_normal" if (key, argument) == ("distribution", "normal") else argument


def write_word(kind: str, value: Value, domain: Domain) -> Value | dict[str, object]:
    """Write an initializer, regularizer or constraint: the word where that says it all."""
    if not isinstance(value, str) or not isinstance(domain, Named):
        return value
    if value in domain.options and value not in _NO_STRING:
        return value
    word, arguments = domain.split(value)
    config = {
        key: list(item) if isinstance(item, tuple) else item for key, item in arguments.items()
    }
    return written_object(f"keras.{kind}s", _KINDS[kind][word], config)


def read_dtype(value: object, path: str) -> object:
    """Read a number format, which Keras writes as a word or as a policy object."""
    if not isinstance(value, dict):
        return value
    saved = saved_object(value, path)
    if saved.class_name != "DTypePolicy":
        raise refuse(joined(path, "class_name"), saved.class_name, "DTypePolicy")
    saved.only(("name", "source_name"))
    return saved.config.get("name")
