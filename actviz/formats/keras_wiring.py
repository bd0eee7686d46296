"""Which layer of a Keras model follows which: read from its order or from its inbound nodes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Links:
    """How a model's layers hang together, by their numbers in its list.

    `next` gives for a layer the one that alone follows it and follows nothing else; `before`
    gives the only layer whose output a layer takes.
    """

    next: Mapping[int, int]
    before: Mapping[int, int]


def links(model: Mapping[str, object], items: list[object]) -> Links:
    """Read how the layers of a model hang together."""
    if model.get("class_name") == "Sequential":
        following = {index: index + 1 for index in range(len(items) - 1)}
        return Links(following, {after: index for index, after in following.items()})
    numbers = {
        name: index
        for index, item in enumerate(items)
        if isinstance(item, dict) and isinstance(name := _name(item), str)
    }
    parents = [_parents(item) for item in items]
    uses: dict[str, int] = {}
    for names in (*parents, _outputs(model)):
        for name in names:
            uses[name] = uses.get(name, 0) + 1
    before = {
        index: numbers[names[0]]
        for index, names in enumerate(parents)
        if len(names) == 1 and names[0] in numbers
    }
    alone = {index for index in before if uses[parents[index][0]] == 1}
    return Links({before[index]: index for index in sorted(alone)}, before)


def _name(item: Mapping[str, object]) -> object:
    config = item.get("config")
    return item.get("name") or (config.get("name") if isinstance(config, dict) else None)


def _parents(item: object) -> list[str]:
    """Name the layers whose outputs a layer takes, one for each use."""
    nodes = item.get("inbound_nodes") if isinstance(item, dict) else None
    return _histories(nodes)


def _outputs(model: Mapping[str, object]) -> list[str]:
    config = model.get("config")
    return _histories(config.get("output_layers")) if isinstance(config, dict) else []


def _histories(value: object) -> list[str]:
    """Collect the names in [name, node, tensor, …], wherever they stand; no deeper than JSON is."""
    if isinstance(value, dict):
        return [name for part in value.values() for name in _histories(part)]
    if not isinstance(value, list):
        return []
    match value:
        case [str() as name, int(), int(), *_]:
            return [name]
    return [name for part in value for name in _histories(part)]
