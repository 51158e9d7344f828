"""``doisoat db upgrade``: the schema of the store brought up to date."""

import typer

from worker.cli.invocation import JsonOption, open_settings
from worker.cli.output import print_json, show


def upgrade(ctx: typer.Context, *, as_json: JsonOption = False) -> int:
    """Bring the schema up to date and say from where to where."""
    settings = open_settings(ctx)
    from worker.bootstrap import open_store
    from worker.db.engine import stored_revision
    from worker.db.engine import upgrade as bring_up_to_date
    from worker.i18n import text

    engine = open_store(settings)
    try:
        before = stored_revision(engine)
        bring_up_to_date(engine)
        after = stored_revision(engine)
    finally:
        engine.dispose()
    if as_json:
        print_json({"before": before, "after": after})
    elif before == after:
        show(text("cli.db.current", revision=after))
    else:
        show(text("cli.db.upgraded", before=before or text("cli.db.empty"), after=after))
    return 0
