from __future__ import annotations

import unittest
from unittest.mock import patch

from millrace import Millrace, ProblemError
from millrace.stream import messages

from .server import serving


class Requests(unittest.TestCase):
    def setUp(self) -> None:
        self.waits: list[float] = []
        waiting = patch("millrace.client.time.sleep", self.waits.append)
        waiting.start()
        self.addCleanup(waiting.stop)

    def test_a_creation_is_repeated_under_one_key_after_no_response_a_part_of_one_and_a_refusal(self) -> None:
        with serving([0, -1, 503, 502, 504]) as server:
            Millrace(server.url, "t").create_collector({"name": "Shop"})
        keys = {headers["Idempotency-Key"] for _, _, headers, _ in server.requests}
        self.assertEqual((len(server.requests), len(keys)), (6, 1))
        self.assertRegex(keys.pop(), "^[0-9a-f-]{36}$")

    def test_a_key_of_the_caller_is_sent(self) -> None:
        with serving() as server:
            Millrace(server.url, "t").create_collector({"name": "Shop"}, idempotency_key="mine")
        self.assertEqual(server.requests[0][2]["Idempotency-Key"], "mine")

    def test_what_is_not_safe_to_repeat_is_sent_once(self) -> None:
        with serving([503]) as server, self.assertRaises(ProblemError) as raised:
            Millrace(server.url, "t").create_token({"name": "x", "rights": []})
        self.assertEqual((raised.exception.status, str(raised.exception)), (503, "Later"))
        self.assertEqual((len(server.requests), "Idempotency-Key" in server.requests[0][2]), (1, False))
        with serving([503]) as server, self.assertRaises(ProblemError):
            Millrace(server.url, "t").change_collector("col_1", {"name": "x"})
        with serving([0]) as server, self.assertRaises(OSError):
            Millrace(server.url, "t").create_token({"name": "x", "rights": []})
        self.assertEqual((len(server.requests), self.waits), (1, []))

    def test_a_request_over_a_rate_limit_is_always_repeated_after_the_time_that_the_server_asks_for(self) -> None:
        with serving([429], Retry_After="7") as server:
            Millrace(server.url, "t").create_token({"name": "x", "rights": []})
        self.assertEqual((len(server.requests), self.waits), (2, [7.0]))

    def test_repetitions_end_and_their_waits_grow_to_a_minute_at_most(self) -> None:
        with serving([503] * 13) as server, self.assertRaises(ProblemError):
            Millrace(server.url, "t", retries=12).list_collectors()
        self.assertEqual(len(server.requests), 13)
        self.assertTrue(all(0.125 * 2**n <= wait <= 0.25 * 2**n or wait == 60.0 for n, wait in enumerate(self.waits)))
        self.assertEqual(self.waits[-1], 60.0)
        with serving([503]) as server, self.assertRaises(ProblemError):
            Millrace(server.url, "t", retries=0).list_collectors()
        with serving([0] * 3) as server, self.assertRaises(OSError):
            Millrace(server.url, "t", retries=2).list_collectors()
        self.assertEqual(len(server.requests), 3)

    def test_other_refusals_are_not_repeated(self) -> None:
        for status in (400, 401, 404, 409, 412, 422, 500):
            with serving([status]) as server, self.assertRaises(ProblemError) as raised:
                Millrace(server.url, "t").get_collector("col_1")
            self.assertEqual((raised.exception.status, len(server.requests)), (status, 1))

    def test_a_redirect_is_an_error_and_takes_the_token_nowhere(self) -> None:
        with serving() as other, serving([302], Location=other.url) as server, self.assertRaises(ProblemError):
            Millrace(server.url, "secret").list_collectors()
        self.assertEqual(other.requests, [])

    def test_parts_of_a_path_and_values_of_a_query_are_encoded(self) -> None:
        with serving() as server:
            Millrace(server.url).apply_destination("CRM/Örders?", {})
            Millrace(server.url).list_deliveries(test=False, q="a&b", limit=5)
        paths = [path for _, path, _, _ in server.requests]
        self.assertEqual(paths[0], "/api/v1/destinations/by-name/CRM%2F%C3%96rders%3F")
        self.assertEqual(paths[1], "/api/v1/deliveries?limit=5&test=false&q=a%26b")

    def test_messages_of_a_stream_are_read_without_comments(self) -> None:
        lines = [b": hello\n", b"\n", b"event: event\n", b'data: {"count":\n', b"data:1}\n", b"\n", b"data: {}\n"]
        self.assertEqual(list(messages(lines)), [{"count": 1}])

    def test_a_refused_stream_is_an_error_at_once(self) -> None:
        with serving([401]) as server, self.assertRaises(ProblemError):
            Millrace(server.url).stream_events()
        self.assertEqual(len(server.requests), 1)
