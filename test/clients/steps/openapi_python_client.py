"""What steps.ts describes, with the client of openapi-python-client: prints the facts as JSON. Arguments: URL, token, receiver."""

import json
import sys
import time

from api import AuthenticatedClient
from api.api.actions import create_action, get_action, replace_action
from api.api.collectors import create_collector
from api.api.connections import change_connection, create_connection
from api.api.deliveries import list_deliveries
from api.api.destinations import create_destination
from api.api.intake import send_events
from api.api.operating import metrics
from api.models import (
    ActionDestinationInput,
    ActionInput,
    ActionInputStatus,
    AuthBasicInput,
    CollectorInput,
    Condition,
    ConnectionInput,
    ConnectionPatch,
    ConnectionSettingsInput,
    DestinationInput,
    DestinationInputStatus,
    DestinationSettingsInput,
    FieldMapping,
    FieldMappingAs,
    HeaderInput,
    Operator,
    Outcome,
    OutcomeRuleInput,
    OutcomeRuleInputWhen,
    OutcomeRuleInputWhenJson,
    SendEventsBody,
)

url, token, receiver = sys.argv[1:]
client = AuthenticatedClient(url, token)

collector = create_collector.sync(client=client, body=CollectorInput("Shop"))
created = create_connection.sync_detailed(
    client=client,
    body=ConnectionInput(
        "CRM",
        receiver,
        auth=AuthBasicInput("basic", "crm", password="a-password"),
        settings=ConnectionSettingsInput(headers=[HeaderInput("X-Shop", value="one")]),
    ),
)
connection = created.parsed
rule = OutcomeRuleInput(OutcomeRuleInputWhen(json=OutcomeRuleInputWhenJson("ok", False)), Outcome.FAIL)
orders = DestinationInput(
    "Orders",
    path="/orders",
    status=DestinationInputStatus.ENABLED,
    settings=DestinationSettingsInput(outcomes=[rule]),
)
destination = create_destination.sync(connection.id, client=client, body=orders)
mapping = [
    FieldMapping("total", expression="Number(it.total)"),
    FieldMapping("kind", value="order", as_=FieldMappingAs.TEXT),
]
buy = Condition(parameter="wt.ev", operator=Operator.EQUALS, value="buy")
never = Condition(not_=Condition(parameter="wt.ev", operator=Operator.EXISTS))
action = create_action.sync(
    client=client,
    body=ActionInput(
        "Orders",
        "Every order",
        status=ActionInputStatus.ENABLED,
        rules=Condition(any_=[buy, never]),
        destinations=[ActionDestinationInput(destination.id, mapping)],
    ),
)

events = [{"wt.ev": "buy", "total": "7.50"}, {"wt.ev": "buy", "total": "8"}]
accepted = send_events.sync(collector.key, client=client, body=SendEventsBody.from_dict({"events": events}))
deliveries: list[str] = []
while len(deliveries) < 2:
    time.sleep(0.1)
    deliveries, page = [], list_deliveries.sync(client=client, limit=1)
    while True:
        deliveries += [one.event_id for one in page.data if one.status == "delivered"]
        if page.page.next_ is None:
            break
        page = list_deliveries.sync(client=client, limit=1, cursor=page.page.next_)

etag = created.headers["ETag"]
changed = change_connection.sync(
    connection.id, client=client, body=ConnectionPatch(description="Orders go here"), if_match=etag
)
stale = change_connection.sync(connection.id, client=client, body=ConnectionPatch(description="Twice"), if_match=etag)
invalid = create_connection.sync(client=client, body=ConnectionInput("", receiver))

read = get_action.sync(action.id, client=client)
written = replace_action.sync(action.id, client=client, body=ActionInput.from_dict(read.to_dict()))
facts = {
    "accepted": accepted.accepted,
    "deliveries": deliveries,
    "etag": etag,
    "username": changed.auth.username,
    "description": changed.description,
    "stale": stale.code.value,
    "invalid": [one.pointer for one in invalid.errors],
    "mapping": [one.to_dict() for one in written.destinations[0].mapping],
    "metrics": type(metrics.sync(client=client)).__name__.replace("str", "string"),
}
print(json.dumps(facts))
