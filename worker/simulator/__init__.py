"""A simulated province and its national portal, for the demo, for tests and for training."""
