"""Tables and texts from plain values."""
