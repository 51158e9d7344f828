"""What is done. Start with ``flow.py``: the journey of a dossier on one page."""
