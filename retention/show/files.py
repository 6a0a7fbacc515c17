"""Tables as files, where the screens look for them."""

from retention.files import csv_bytes, neutral

__all__ = ["csv_bytes", "neutral"]
