"""What a message does and how it is written, without a model that writes."""

from coach.analysis.analyser import Analyser

__all__ = ["Analyser"]
