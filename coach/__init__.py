"""A message coach for Italians who write to people they do not know yet."""

__version__ = "0.1.0"
