"""Having dossiers sent to the portal again: what to ask for, how much at once, what came of it."""
