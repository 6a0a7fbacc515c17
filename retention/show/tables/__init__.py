"""Results as tables to read: numbers written in the reader’s language, one function a topic."""
