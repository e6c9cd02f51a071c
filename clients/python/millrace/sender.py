"""Events in batches."""

from __future__ import annotations

import atexit
import json
import logging
import os
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import Any

Event = dict[str, Any]

#: The server takes 1 MiB; the rest is for the frame of the batch.
_BATCH_BYTES_MAX = 1_000_000
#: How long a program waits for events at its end.
_EXIT_SECONDS = 10.0

_log = logging.getLogger("millrace")


class EventSender:
    """Collects events and sends them in batches, one request after the other, so that they keep their order.

    A thread sends a batch when it is full, or when its first event has waited for `wait_seconds`. While events of
    `waiting_bytes_max` bytes wait, `add` waits too: a program can't add events faster than the server takes them for long.
    `flush` waits until all added events are on the server's disk, and so does the end of `with`; the end of the program
    waits for ten seconds. `on_failure` gets the error and the events of a request that failed after all repetitions;
    without it, the next `add` or `flush` raises the error.

    All threads of a program can use one sender. After a fork the child begins with no events: those that wait are sent by
    the parent.
    """

    def __init__(
        self,
        send: Callable[[list[Event]], Any],
        *,
        batch_max: int = 500,
        wait_seconds: float = 0.1,
        waiting_bytes_max: int = 8 * 2**20,
        on_failure: Callable[[Exception, list[Event]], None] | None = None,
    ) -> None:
        self._send = send
        self._batch_max = batch_max
        self._wait_seconds = wait_seconds
        self._waiting_bytes_max = waiting_bytes_max
        self._on_failure = on_failure
        self._begin()
        _senders.add(self)

    def _begin(self) -> None:
        self._changed = threading.Condition()
        self._waiting: deque[tuple[Event, int]] = deque()
        #: Bytes of the events that wait, and of the batch that is being sent.
        self._bytes = 0
        self._added = 0
        self._done = 0
        #: Calls that wait for the thread: it does not wait for more events then.
        self._hurried = 0
        self._is_running = False
        self._failure: Exception | None = None

    def add(self, event: Event) -> None:
        """Adds an event. Do not change it afterwards."""
        size = len(json.dumps(event)) + 2
        with self._changed:
            self._raise_failure()
            self._hurried += 1
            try:
                while self._bytes > 0 and self._bytes + size > self._waiting_bytes_max:
                    self._changed.notify_all()
                    self._changed.wait()
                    self._raise_failure()
            finally:
                self._hurried -= 1
            self._waiting.append((event, size))
            self._bytes += size
            self._added += 1
            if not self._is_running:
                self._is_running = True
                threading.Thread(target=self._run, name="millrace-sender", daemon=True).start()
            elif self._is_full():
                self._changed.notify_all()

    def flush(self, timeout: float | None = None) -> None:
        """Returns when the events added until now are on the server's disk. TimeoutError: they are not after `timeout` s."""
        with self._changed:
            until = self._added
            self._hurried += 1
            self._changed.notify_all()
            try:
                is_done = self._changed.wait_for(lambda: self._done >= until, timeout)
            finally:
                self._hurried -= 1
            self._raise_failure()
            if not is_done:
                raise TimeoutError(f"{self._added - self._done} events are not sent yet.")

    def _run(self) -> None:
        while (batch := self._next_batch()) is not None:
            events = [event for event, _ in batch]
            try:
                self._send(events)
            except Exception as error:
                self._tell(error, events)
            with self._changed:
                self._bytes -= sum(size for _, size in batch)
                self._done += len(batch)
                self._changed.notify_all()

    def _next_batch(self) -> list[tuple[Event, int]] | None:
        """Waits until a batch is due; None ends the thread, which the next event starts again."""
        with self._changed:
            if not self._waiting:
                self._is_running = False
                return None
            until = time.monotonic() + self._wait_seconds
            while not (self._is_full() or self._hurried > 0) and (left := until - time.monotonic()) > 0:
                self._changed.wait(left)
            batch: list[tuple[Event, int]] = []
            size = 0
            while self._waiting and len(batch) < self._batch_max:
                size += self._waiting[0][1]
                if batch and size > _BATCH_BYTES_MAX:
                    break
                batch.append(self._waiting.popleft())
            return batch

    def _is_full(self) -> bool:
        return len(self._waiting) >= self._batch_max or self._bytes >= _BATCH_BYTES_MAX

    def _tell(self, error: Exception, events: list[Event]) -> None:
        if self._on_failure is None:
            with self._changed:
                self._failure = self._failure or error
            return
        try:
            self._on_failure(error, events)
        except Exception:
            _log.exception("on_failure of a sender raised an error")

    def _raise_failure(self) -> None:
        failure, self._failure = self._failure, None
        if failure is not None:
            raise failure

    def __enter__(self) -> EventSender:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.flush()
        except Exception:
            # The error of the program is the one to see.
            if kind is None:
                raise
            _log.exception("Events were not sent")


_senders: weakref.WeakSet[EventSender] = weakref.WeakSet()


def _flush_all() -> None:
    until = time.monotonic() + _EXIT_SECONDS
    for sender in list(_senders):
        try:
            sender.flush(max(0.0, until - time.monotonic()))
        except Exception as error:
            _log.error("Events were not sent at the end of the program: %s", error)


def _begin_all() -> None:
    for sender in list(_senders):
        sender._begin()


atexit.register(_flush_all)
if hasattr(os, "register_at_fork"):
    # The locks and the threads of the parent are not those of the child.
    os.register_at_fork(after_in_child=_begin_all)
