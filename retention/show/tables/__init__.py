"""Results as frames of written words, ready to be shown as tables."""
