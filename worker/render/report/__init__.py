"""Reports: what they say as plain values, and the formats they are written in."""
