"""What stands in "actviz" beside "config" in our files for Keras, and when it is believed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from actviz.activations import ROWS as ACTIVATIONS
from actviz.activations import row as activation_row
from actviz.formats.keras_activations import Activation, write_activation
from actviz.formats.keras_objects import joined, unknown_key
from actviz.layers import LayerRow
from actviz.layers.shapes import check_shape
from actviz.param import refuse

SIBLING = "actviz"
VERSION = 1
INPUT_SHAPE = "input_shape"


@dataclass
class Beside:
    """What stands beside "config": which of several names, and what only the picture needs."""

    row: LayerRow
    dtype: str
    activations: Mapping[str, Activation]
    path: str
    warnings: list[str]

    def read(self, beside: object) -> dict[str, Activation]:
        """Give the slots whose Keras content says the same as what stands beside it."""
        if beside is None:
            return {}
        if not isinstance(beside, dict):
            raise refuse(SIBLING, beside, "an object")
        version = beside.get("version")
        if version != VERSION or isinstance(version, bool):
            allowed = f"{VERSION}: other versions of this program wrote it"
            raise refuse(f"{SIBLING}.version", version, allowed)
        agreed = {}
        for slot, said in beside.items():
            if slot in ("version", INPUT_SHAPE):
                continue
            if slot not in self.activations:
                raise unknown_key(
                    joined(SIBLING, slot), ("version", INPUT_SHAPE, *self.activations)
                )
            found = self._activation(said, f"{SIBLING}.{slot}")
            if self._same(found, slot):
                agreed[slot] = found
            else:
                self.warnings.append(
                    f"{SIBLING}.{slot}: it says {found[0]}, but {joined(self.path, slot)} holds "
                    "something else; what Keras reads is taken"
                )
        return agreed

    def input_shape(self, beside: object) -> tuple[int, ...] | None:
        """Give the input that Keras's own content has no place for."""
        shape = beside.get(INPUT_SHAPE) if isinstance(beside, dict) else None
        return None if shape is None else check_shape(self.row, shape, f"{SIBLING}.{INPUT_SHAPE}")

    def _activation(self, said: object, path: str) -> Activation:
        if not isinstance(said, dict):
            raise refuse(path, said, "an object with name and values")
        for key in said:
            if key not in ("name", "values"):
                raise unknown_key(joined(path, key), ("name", "values"))
        name, values = said.get("name"), said.get("values")
        names = [each.name for each in ACTIVATIONS]
        if not isinstance(name, str) or name not in names:
            raise refuse(f"{path}.name", name, f"one of {', '.join(names)}")
        if not isinstance(values, dict):
            raise refuse(f"{path}.values", values, "an object with the values by name")
        chosen = activation_row(name)
        params = {param.name: param for param in chosen.params}
        for key, value in values.items():
            if key not in params:
                raise unknown_key(joined(f"{path}.values", key), params)
            params[key].check(value, f"{path}.values")
        return chosen.name, chosen.complete(values)

    def _same(self, found: Activation, slot: str) -> bool:
        """Hold what Keras would be given for it against what Keras is given."""
        try:
            written = write_activation(*found, self.dtype, slot)
            read = write_activation(*self.activations[slot], self.dtype, slot)
        except ValueError:
            return False
        return written == read
