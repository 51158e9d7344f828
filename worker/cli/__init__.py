"""What operators type. Every error ends here as one sentence and an exit code."""
