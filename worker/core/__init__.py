"""The pure core: values in, values out. It knows no network, database, clock or settings."""
