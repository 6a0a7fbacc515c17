"""Speed and memory beside the alternatives: `make bench`, or `python -m benchmarks ingest tables`."""
