"""Results written for the reader: frames of text, one module a topic."""
