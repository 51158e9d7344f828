"""The journey, one verb a module. None calls another; ``flow.py`` says which follows which."""
