"""Questions to the store and commands to it, one module a table family."""
