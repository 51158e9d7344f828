"""Incidents and who hears of them: what to say, to whom, and when. Pure."""
