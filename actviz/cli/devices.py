"""`actviz devices`: what can compute."""

from __future__ import annotations

import json

import click


@click.command("devices")
@click.option("--json", "as_json", is_flag=True, help="A list of objects, one a device.")
@click.option("--refresh", is_flag=True, help="Try drivers again that failed in the last 24 h.")
def devices_command(as_json: bool, refresh: bool) -> None:
    """List the devices, usable or not, with the reason; the first usable one is used."""
    import msgspec

    from actviz.engines import devices

    found = devices(refresh)
    if as_json:
        click.echo(json.dumps([msgspec.to_builtins(device) for device in found], indent=2))
        return
    width = max(len(device.id) for device in found)
    for device in found:
        state = ", ".join(device.dtypes) if device.usable else f"not usable: {device.reason}"
        if device.warning:
            state += f"; {device.warning}"
        click.echo(f"{device.id:<{width}}  {device.kind:<11}  {device.name}  ({state})")
