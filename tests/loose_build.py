"""Try a device whose driver builds with an option that breaks arithmetic; tells what was found.

A process of its own, `python loose_build.py DEVICE OPTION`: such a build has ended a process.
Prints JSON: the device as it is listed then; what the hard points alone show; and for each
precision the largest errors at golden inputs.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import msgspec
import numpy as np
from golden_numbers import errors_in_ulp, golden_cases

from actviz.activations import row
from actviz.evaluation import Device, Request
from actviz.opencl import program
from actviz.opencl.check import examine

if TYPE_CHECKING:
    from actviz.opencl.engine import OpenCLEngine


def build_loosely(option: str) -> None:
    """Let every program be built with an option; done before anything takes `build` by its name."""
    build = program.build

    def loosely(device: str, context: object, handle: object, text: str, given: tuple) -> object:
        return build(device, context, handle, text, (*given, option))

    program.build = loosely


def largest(engine: OpenCLEngine, dtype: str) -> dict[str, float]:
    """Give the largest error of normal results in units in the last place, of the others in tiny.

    Subnormal x are left out: they may count as 0.
    """
    tiny = np.finfo(dtype).tiny
    errors = {"normal": [0.0], "subnormal": [0.0]}
    for case in golden_cases(dtype):
        request = Request.of(case.activation, case.values, case.x.astype(dtype), dtype)
        if row(case.activation).vector or engine.refusal(request):
            continue
        result = engine.run(request)
        for got, truth in ((result.y, case.f), (result.dy, case.df)):
            usual = ~(np.abs(case.x) < tiny)
            small = (truth != 0) & (np.abs(truth) <= tiny)
            errors["normal"] += errors_in_ulp(got, truth, dtype)[usual & ~small].tolist()
            errors["subnormal"] += (np.abs(got - truth)[usual & small] / tiny).tolist()
    return {name: max(each) for name, each in errors.items()}


def main() -> None:
    name, option = sys.argv[1:]
    build_loosely(option)
    from actviz.opencl.child import tried
    from actviz.opencl.devices import open_handle

    found = open_handle(name)
    device = tried(found)
    engine = engine_on(device, found.handle)
    told = {"points": examine(engine).fault, "errors": {}}
    if device.usable:
        told["errors"] = {dtype: largest(engine, dtype) for dtype in ("float32", "float64")}
    print(json.dumps(told | {"device": msgspec.to_builtins(engine.device)}))


def engine_on(device: Device, handle: object) -> OpenCLEngine:
    """Open the engine, which is loaded after its `build` has been changed."""
    from actviz.opencl.engine import OpenCLEngine

    return OpenCLEngine(device, handle)


if __name__ == "__main__":
    main()
