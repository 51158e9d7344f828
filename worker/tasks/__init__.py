"""Celery: messages that say "look here". What is to be done stands in the store."""
