"""Results as frames of strings, ready to be read: what `ui.table` shows."""
