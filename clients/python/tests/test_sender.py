from __future__ import annotations

import os
import subprocess
import sys
import threading
import unittest
from pathlib import Path

from millrace import EventSender, Millrace, ProblemError

from .server import serving

_PACKAGES = Path(__file__).parent.parent


class Sending(unittest.TestCase):
    def test_batches_are_full_and_in_order_and_a_refused_one_is_repeated_by_the_client(self) -> None:
        with serving([503]) as server:
            sender = Millrace(server.url, retries=1).sender("key", batch_max=2, wait_seconds=60)
            for n in range(7):
                sender.add({"n": n})
            sender.flush()
        batches = [[event["n"] for event in batch] for batch in server.events()]
        self.assertEqual(batches[0], batches[1])
        self.assertEqual([n for batch in batches[1:] for n in batch], list(range(7)))
        self.assertTrue(all(len(batch) <= 2 for batch in batches))
        self.assertEqual(server.requests[0][1], "/v3/key")

    def test_an_event_is_sent_when_it_has_waited_without_another_call(self) -> None:
        with serving() as server:
            Millrace(server.url).sender("key", wait_seconds=0.001).add({"n": 1})
            self.assertTrue(server.arrived.acquire(timeout=30))
        self.assertEqual(server.events(), [[{"n": 1}]])

    def test_add_waits_while_the_server_has_not_taken_enough(self) -> None:
        with serving() as server:
            server.is_open.clear()
            sender = Millrace(server.url).sender("key", wait_seconds=0, waiting_bytes_max=100)
            added: list[int] = []

            def add() -> None:
                for n in range(20):
                    sender.add({"text": "x" * 20, "n": n})
                    added.append(n)

            program = threading.Thread(target=add)
            program.start()
            self.assertTrue(server.arrived.acquire(timeout=30))
            # A hundred bytes are two events; no more get in until the server has responded.
            self.assertLessEqual(len(added), 2)
            server.is_open.set()
            program.join()
            sender.flush()
        self.assertEqual([event["n"] for batch in server.events() for event in batch], list(range(20)))

    def test_a_batch_has_less_than_a_mebibyte(self) -> None:
        with serving() as server:
            with Millrace(server.url).sender("key", wait_seconds=60) as sender:
                for _ in range(5):
                    sender.add({"text": "x" * 300_000})
        self.assertEqual([len(batch) for batch in server.events()], [3, 2])

    def test_what_fails_is_told_once_and_the_next_events_are_sent(self) -> None:
        failed: list[dict[str, int]] = []
        with serving([422]) as server:
            sender = Millrace(server.url).sender("key", on_failure=lambda _, events: failed.extend(events))
            sender.add({"n": 1})
            sender.flush()
            sender.add({"n": 2})
            sender.flush()
        self.assertEqual((failed, server.events()), ([{"n": 1}], [[{"n": 1}], [{"n": 2}]]))
        with serving([422]) as server:
            raising = Millrace(server.url).sender("key")
            raising.add({"n": 1})
            with self.assertRaises(ProblemError):
                raising.flush()
            raising.flush()

    def test_an_error_of_on_failure_does_not_end_the_thread(self) -> None:
        def fail(*_: object) -> None:
            raise RuntimeError("not told")

        with serving([422]) as server, self.assertLogs("millrace"):
            sender = Millrace(server.url).sender("key", on_failure=fail)
            sender.add({"n": 1})
            sender.flush()
            sender.add({"n": 2})
            sender.flush()
        self.assertEqual(len(server.requests), 2)

    def test_flush_ends_after_its_timeout_and_an_event_that_is_no_json_is_refused_at_once(self) -> None:
        with serving() as server:
            server.is_open.clear()
            sender = Millrace(server.url).sender("key")
            sender.add({"n": 1})
            with self.assertRaises(TimeoutError):
                sender.flush(0.01)
            with self.assertRaises(TypeError):
                sender.add({"n": object()})
            server.is_open.set()
            sender.flush()
        self.assertEqual(server.events(), [[{"n": 1}]])

    def test_several_threads_use_one_sender_and_nothing_is_lost(self) -> None:
        with serving() as server:
            sender = Millrace(server.url).sender("key", batch_max=7, wait_seconds=0, waiting_bytes_max=200)

            def add(one: int) -> None:
                for n in range(50):
                    sender.add({"thread": one, "n": n})

            threads = [threading.Thread(target=add, args=[one]) for one in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            sender.flush()
        events = [event for batch in server.events() for event in batch]
        for one in range(4):
            self.assertEqual([event["n"] for event in events if event["thread"] == one], list(range(50)))

    def test_the_end_of_a_program_sends_what_waits(self) -> None:
        program = f"""
from millrace import Millrace
import sys
sender = Millrace(sys.argv[1]).sender("key", wait_seconds=600)
sender.add({{"n": 1}})
"""
        with serving() as server:
            subprocess.run([sys.executable, "-c", program, server.url], check=True, cwd=_PACKAGES)
        self.assertEqual(server.events(), [[{"n": 1}]])

    @unittest.skipUnless(hasattr(os, "fork"), "there is no fork")
    def test_after_a_fork_parent_and_child_send_their_own_events_once(self) -> None:
        program = """
import os, sys
from millrace import Millrace
sender = Millrace(sys.argv[1]).sender("key", wait_seconds=600)
sender.add({"from": "parent"})
child = os.fork()
if child == 0:
    sender.add({"from": "child"})
    sender.flush()
    os._exit(0)
os.waitpid(child, 0)
sender.flush()
"""
        with serving() as server:
            subprocess.run([sys.executable, "-W", "ignore::DeprecationWarning", "-c", program, server.url], check=True, cwd=_PACKAGES)
        self.assertEqual(server.events(), [[{"from": "child"}], [{"from": "parent"}]])

    def test_an_error_inside_with_is_the_one_that_is_raised(self) -> None:
        with serving([422]) as server, self.assertLogs("millrace"), self.assertRaises(KeyError):
            with Millrace(server.url).sender("key") as sender:
                sender.add({"n": 1})
                raise KeyError("of the program")

    def test_a_sender_takes_any_function(self) -> None:
        sent: list[int] = []
        with EventSender(lambda events: sent.append(len(events)), batch_max=2) as sender:
            sender.add({})
        self.assertEqual(sent, [1])
