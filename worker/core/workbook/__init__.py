"""Tables that people keep: from the cells of a sheet to records and counts. Pure."""
