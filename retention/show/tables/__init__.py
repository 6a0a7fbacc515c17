"""Results as frames of strings, written for the reader."""
