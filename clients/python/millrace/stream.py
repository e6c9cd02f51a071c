"""Messages of the stream of events."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import TypedDict

from .models import Event


class MatchedAction(TypedDict):
    id: str
    name: str


class StreamMessage(TypedDict, total=False):
    """An event with the actions that it fired, or the number of events that were left out since the last message."""

    event: Event
    matched: list[MatchedAction]
    count: int


def messages(lines: Iterable[bytes]) -> Iterator[StreamMessage]:
    """The messages of server-sent events whose data is JSON. Comments keep the connection open and are left out."""
    data: list[str] = []
    for line in lines:
        text = line.decode().rstrip("\r\n")
        if text.startswith("data:"):
            data.append(text[5:].removeprefix(" "))
        elif text == "" and data:
            message: StreamMessage = json.loads("\n".join(data))
            data.clear()
            yield message
