"""What steps.ts describes, with the client of clients/python: prints the facts as JSON. Arguments: URL, token, receiver."""

import json
import sys
import time

from millrace import Millrace, ProblemError, if_match, items

url, token, receiver = sys.argv[1:]
millrace = Millrace(url, token)
collector = millrace.create_collector({"name": "Shop"})
connection = millrace.create_connection(
    {
        "name": "CRM",
        "baseUrl": receiver,
        "auth": {"type": "basic", "username": "crm", "password": "a-password"},
        "settings": {"headers": [{"name": "X-Shop", "value": "one"}]},
    }
)
destination = millrace.create_destination(
    connection["id"],
    {
        "name": "Orders",
        "path": "/orders",
        "status": "enabled",
        "settings": {"outcomes": [{"when": {"json": {"path": "ok", "equals": False}}, "outcome": "fail"}]},
    },
)
action = millrace.create_action(
    {
        "name": "Orders",
        "description": "Every order",
        "status": "enabled",
        "rules": {"any": [{"parameter": "wt.ev", "operator": "equals", "value": "buy"}, {"not": {"all": []}}]},
        "destinations": [
            {
                "destinationId": destination["id"],
                "mapping": [
                    {"field": "total", "expression": "Number(it.total)"},
                    {"field": "kind", "value": "order", "as": "text"},
                ],
            }
        ],
    }
)
accepted = millrace.send_events(
    collector["key"], {"events": [{"wt.ev": "buy", "total": "7.50"}, {"wt.ev": "buy", "total": "8"}]}
)
deliveries: list[str] = []
while len(deliveries) < 2:
    time.sleep(0.1)
    listed = items(millrace.list_deliveries, limit=1)
    deliveries = [one["eventId"] for one in listed if one["status"] == "delivered"]

etag = if_match(connection)
changed = millrace.change_connection(connection["id"], {"description": "Orders go here"}, if_match=etag)
stale: str | None = None
invalid: list[str] = []
try:
    millrace.change_connection(connection["id"], {"description": "Twice"}, if_match=etag)
except ProblemError as error:
    stale = error.code
try:
    millrace.create_connection({"name": "", "baseUrl": receiver})
except ProblemError as error:
    invalid = [one["pointer"] for one in error.errors]

read = millrace.get_action(action["id"])
written = millrace.replace_action(
    action["id"],
    {
        "name": read["name"],
        "description": read["description"],
        "status": read["status"],
        "rules": read["rules"],
        "sources": read["sources"],
        "destinations": [
            {"destinationId": one["destinationId"], "mapping": one["mapping"]} for one in read["destinations"]
        ],
    },
)
messages = millrace.stream_events(name="streamed")
with millrace.sender(collector["key"], batch_max=2) as sender:
    for total in range(5):
        sender.add({"wt.ev": "streamed", "total": total})
totals = [message["event"]["data"]["total"] for _, message in zip(range(5), messages)]
assert totals == ["0", "1", "2", "3", "4"], totals
try:
    Millrace(url, "wrong").stream_events()
except ProblemError as error:
    assert error.code == "unauthorized"
else:
    raise AssertionError("a wrong token reads no stream")

facts = {
    "accepted": accepted["accepted"],
    "deliveries": deliveries,
    "etag": etag,
    "username": changed["auth"]["username"] if changed["auth"]["type"] == "basic" else None,
    "description": changed["description"],
    "stale": stale,
    "invalid": invalid,
    "mapping": written["destinations"][0]["mapping"],
    "metrics": "string" if isinstance(millrace.metrics(), str) else "bytes",
}
print(json.dumps(facts))
