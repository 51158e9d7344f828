"""``doisoat units``: the units of the province's folder."""

import typer

from worker.cli.invocation import JsonOption, open_settings
from worker.cli.output import listing, print_json, show


def run(ctx: typer.Context, *, as_json: JsonOption = False) -> int:
    """Print the province's units from its folder."""
    from worker.render.units import unit_item, units_table
    from worker.sources.folder import find_folder, read_folder

    settings = open_settings(ctx)
    province = read_folder(find_folder(settings.province.seeds, settings.folder))
    items = [unit_item(unit) for unit in province.units]
    if as_json:
        print_json(listing(items))
    else:
        show(*units_table(settings.province.name, items))
    return 0
