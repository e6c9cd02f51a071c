"""The client: requests, repetitions, errors and pages. It needs the standard library alone."""

from __future__ import annotations

import contextlib
import http.client
import json
import random
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlencode

from .models import FieldError
from .operations import Operations
from .sender import EventSender
from .stream import StreamMessage, messages

_REFUSED = {429, 502, 503, 504}
_WAIT_MAX_SECONDS = 60.0
#: The server writes to a quiet stream each 15 s.
_STREAM_SECONDS = 45.0


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """The API has no redirects. Another server must not get the token, which urllib would send along."""

    def redirect_request(self, *_: Any) -> None:
        return None


_opener = urllib.request.build_opener(_NoRedirects)


class ProblemError(Exception):
    """An error response (RFC 9457). `code` tells errors apart; /docs/errors of the server explains each."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        super().__init__(problem.get("detail") or problem.get("title") or f"The server responded {status}.")
        self.status = status
        self.code: str = problem.get("code", "unknown")
        #: The invalid fields, each with its JSON Pointer.
        self.errors: list[FieldError] = problem.get("errors", [])
        #: Finds the request in the server's log.
        self.request_id: str | None = problem.get("requestId")


class Millrace(Operations):
    """A method for each operation of the API, which returns the body of the response and raises ProblemError.

    Requests that are safe to repeat are repeated after 429, 502, 503, 504 or no response, at most `retries` times; a
    POST gets an `Idempotency-Key` for that. `token`: an API token; sending events needs none. `timeout`: of each request, in
    seconds. `stream_events` yields messages until the server ends the stream; it is not repeated.
    """

    def __init__(self, url: str, token: str | None = None, *, retries: int = 5, timeout: float = 60.0) -> None:
        self._url = url.rstrip("/")
        self._token = token
        self._retries = retries
        self._timeout = timeout

    def sender(self, key: str, *, retries: int = 10, **options: Any) -> EventSender:
        """Sends events to the collector with this key, in batches. The options are those of EventSender.

        A request is repeated `retries` times: ten take about four minutes, longer than a restart of the server.
        """
        client = Millrace(self._url, retries=retries, timeout=self._timeout)
        return EventSender(lambda events: client.send_events(key, {"events": events}), **options)

    def _call(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str | None] | None = None,
        body: Any = None,
        returns: str = "json",
    ) -> Any:
        for name, value in (params or {}).items():
            path = path.replace("{" + name + "}", quote(value, safe=""))
        pairs = [(name, _text(value)) for name, value in _given(query).items()]
        url = self._url + path + ("?" + urlencode(pairs) if pairs else "")
        sent = dict(_given(headers))
        if headers is not None and "Idempotency-Key" in headers and "Idempotency-Key" not in sent:
            sent["Idempotency-Key"] = str(uuid.uuid4())
        if self._token is not None:
            sent["Authorization"] = f"Bearer {self._token}"
        data = None
        if body is not None:
            data = json.dumps(body).encode()
            sent["Content-Type"] = "application/json"
        is_safe = "Idempotency-Key" in sent or method in ("GET", "PUT", "DELETE")
        request = urllib.request.Request(url, data, sent, method=method)
        if returns == "stream":
            return self._stream(request)
        content = self._send(request, is_safe)
        if returns == "none" or not content:
            return None
        if returns == "json":
            return json.loads(content)
        return content if returns == "bytes" else content.decode()

    def _stream(self, request: urllib.request.Request) -> Iterator[StreamMessage]:
        try:
            response = _opener.open(request, timeout=max(self._timeout, _STREAM_SECONDS))
        except urllib.error.HTTPError as error:
            raise _refusal(error) from None
        return _read(response)

    def _send(self, request: urllib.request.Request, is_safe: bool) -> bytes:
        attempt = 0
        while True:
            retry_after: str | None = None
            try:
                with _opener.open(request, timeout=self._timeout) as response:
                    content: bytes = response.read()
                    return content
            except urllib.error.HTTPError as error:
                # A request over a rate limit was not executed.
                may_repeat = error.code in _REFUSED and (is_safe or error.code == 429)
                if attempt >= self._retries or not may_repeat:
                    raise _refusal(error) from None
                retry_after = error.headers.get("Retry-After")
                error.close()
            except (OSError, http.client.HTTPException):
                # No response, or only a part of one.
                if attempt >= self._retries or not is_safe:
                    raise
            time.sleep(_delay(attempt, retry_after))
            attempt += 1


def _read(response: http.client.HTTPResponse) -> Iterator[StreamMessage]:
    with contextlib.closing(response):
        yield from messages(response)


def items(list_page: Callable[..., Any], *path: str, **query: Any) -> Iterator[Any]:
    """The items of all pages: `items(millrace.list_deliveries, status="failed")`."""
    cursor: str | None = None
    while True:
        page = list_page(*path, **query, cursor=cursor)
        yield from page["data"]
        cursor = page["page"]["next"]
        if cursor is None:
            return


def if_match(document: Mapping[str, Any]) -> str:
    """The `if_match` that refuses a change unless the document has the version that was read."""
    return f'"{document["version"]}"'


def _delay(attempt: int, retry_after: str | None) -> float:
    asked = float(retry_after) if retry_after is not None and retry_after.isdigit() else 0.0
    own = 0.25 * 2**attempt * random.uniform(0.5, 1.0)
    return min(_WAIT_MAX_SECONDS, asked if asked > 0 else own)


def _refusal(error: urllib.error.HTTPError) -> ProblemError:
    with error:
        return ProblemError(error.code, _problem(error.read()))


def _problem(content: bytes) -> Mapping[str, Any]:
    try:
        problem = json.loads(content)
    except ValueError:
        return {}
    return problem if isinstance(problem, dict) else {}


def _given(values: Mapping[str, Any] | None) -> dict[str, Any]:
    return {name: value for name, value in (values or {}).items() if value is not None}


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
