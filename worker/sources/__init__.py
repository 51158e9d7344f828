"""The outside systems, each behind the ports; ``http.py`` holds the client policy."""
