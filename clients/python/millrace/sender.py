"""Events in batches."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any

#: The server takes 1 MiB; the rest is for the frame of the batch.
_BATCH_BYTES_MAX = 1_000_000


class EventSender:
    """Collects events and sends them in batches, in their order.

    `add` sends when a batch is full, or when its first event has waited for `wait_seconds`, and returns afterwards: a
    program can't add events faster than the server takes them. What is left is sent by `flush`, and at the end of `with`. The
    events of a request that failed after all repetitions stay, and are sent again by the next call; `discard` returns
    and forgets them.
    """

    def __init__(
        self, send: Callable[[list[dict[str, Any]]], Any], *, batch_max: int = 500, wait_seconds: float = 1.0
    ) -> None:
        self._send = send
        self._batch_max = batch_max
        self._wait_seconds = wait_seconds
        self._events: list[dict[str, Any]] = []
        self._bytes = 0
        self._since = 0.0

    def add(self, event: dict[str, Any]) -> None:
        """Adds an event; sends the batch that is full."""
        size = len(json.dumps(event)) + 2
        if self._events and self._bytes + size > _BATCH_BYTES_MAX:
            self.flush()
        if not self._events:
            self._since = time.monotonic()
        self._events.append(event)
        self._bytes += size
        if len(self._events) >= self._batch_max or time.monotonic() - self._since >= self._wait_seconds:
            self.flush()

    def flush(self) -> None:
        """Returns when all added events are on the server's disk."""
        if self._events:
            self._send(self._events)
            self.discard()

    def discard(self) -> list[dict[str, Any]]:
        """Forgets the events that are not sent, and returns them."""
        events, self._events, self._bytes = self._events, [], 0
        return events

    def __enter__(self) -> EventSender:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.flush()
