"""Sends twenty events with the client of clients/python. Arguments: URL, key of the collector."""

import sys

from millrace import Millrace

url, key = sys.argv[1:]
with Millrace(url, timeout=1).sender(key, batch_max=2, wait_seconds=0.001) as sender:
    for n in range(20):
        sender.add({"wt.ev": "buy", "n": n})
