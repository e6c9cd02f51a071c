"""A server that responds as a test says."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Seen:
    """What it got, and what it responds: statuses in turn, then 200 and `{}`; 0 closes the connection, -1 in mid-response."""

    def __init__(self, statuses: list[int], headers: dict[str, str]) -> None:
        self.statuses = statuses
        self.headers = headers
        self.requests: list[tuple[str, str, dict[str, str], Any]] = []
        self.url = ""
        #: Cleared: requests wait.
        self.is_open = threading.Event()
        self.is_open.set()
        self.arrived = threading.Semaphore(0)

    def events(self) -> list[list[Any]]:
        """The events of each request."""
        return [body["events"] for _, _, _, body in self.requests]


@contextmanager
def serving(statuses: list[int] | None = None, **headers: str) -> Iterator[Seen]:
    seen = Seen(list(statuses or []), {name.replace("_", "-"): value for name, value in headers.items()})

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length > 0 else None
            seen.requests.append((self.command, self.path, dict(self.headers), body))
            seen.arrived.release()
            seen.is_open.wait()
            status = seen.statuses.pop(0) if seen.statuses else 200
            if status == 0:
                return
            content = b"{}" if status in (200, -1) else json.dumps({"code": "unavailable", "detail": "Later"}).encode()
            self.send_response(200 if status == -1 else status)
            for name, value in seen.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content) + (1 if status == -1 else 0)))
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_PUT = do_PATCH = do_DELETE = do_GET

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    seen.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield seen
    finally:
        seen.is_open.set()
        server.shutdown()
        thread.join()
        server.server_close()
