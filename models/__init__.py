"""What is stored. Light on purpose: ``types`` is imported everywhere, the tables only at work."""

SCHEMA_REVISION = "0014"
