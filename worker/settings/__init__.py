"""Settings: one TOML file, and the environment over it. Start with ``load.load_settings``.

``environment`` is the only module of the project that reads the environment, and it imports next
to nothing, so that help is quick. ``model`` says what there is, ``origin`` finds the line or the
variable that a mistake stands in, ``mistakes`` turns the first one into an error.
"""
