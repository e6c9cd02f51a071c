import os, time
from millrace import Millrace, items

millrace = Millrace(os.environ.get("MILLRACE_URL", "http://127.0.0.1:8787"), os.environ["MILLRACE_TOKEN"])
collector = millrace.create_collector({"name": "Shop"})
crm = millrace.create_connection({"name": "CRM", "baseUrl": os.environ["CRM_URL"]})
orders = millrace.create_destination(crm["id"], {"name": "Orders", "path": "/orders", "status": "enabled"})
millrace.create_action(
    {"name": "Orders", "description": "All", "status": "enabled", "destinations": [{"destinationId": orders["id"]}]}
)
with millrace.sender(collector["key"]) as sender:
    for total in (7, 8, 9):
        sender.add({"wt.ev": "buy", "total": total})
time.sleep(1)
for delivery in items(millrace.list_deliveries):
    print(delivery["id"], delivery["status"])
