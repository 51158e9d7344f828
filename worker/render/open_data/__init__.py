"""The folder that a provincial portal hosts as it is: data for programs, a page for people."""
