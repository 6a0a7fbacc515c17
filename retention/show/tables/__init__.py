"""Results as frames of written values, one module a topic."""
