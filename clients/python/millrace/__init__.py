"""Client for Millrace: its API, and events in batches."""

from .client import Millrace, ProblemError, if_match, items
from .sender import EventSender

__all__ = ["EventSender", "Millrace", "ProblemError", "if_match", "items"]
