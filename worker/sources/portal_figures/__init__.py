"""The portal's reporting interface since 2026: how it is asked, and what of it is read."""
