"""What works: plan a test, assign it, and read its outcome."""
