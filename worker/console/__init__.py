"""The web server: signs of life and figures for those who watch it, webhooks from the sources.

``app`` says what is served where; ``serving`` runs it.
"""
