"""What steps.ts describes, with the Python client of openapi-generator: prints the facts as JSON. Arguments: URL, token, receiver."""

import json
import sys
import time

import openapi_client as api

url, token, receiver = sys.argv[1:]
client = api.ApiClient(api.Configuration(host=url, access_token=token))
connections, actions = api.ConnectionsApi(client), api.ActionsApi(client)


def problem_of(call):
    try:
        call()
    except api.ApiException as error:
        return json.loads(error.body)
    raise SystemExit("no refusal")


collector = api.CollectorsApi(client).create_collector(api.CollectorInput(name="Shop"))
basic = api.AuthBasicInput(type="basic", username="crm", password=api.Secret("a-password"))
settings = api.ConnectionSettingsInput(headers=[api.HeaderInput(name="X-Shop", value=api.Secret("one"))])
created = connections.create_connection_with_http_info(
    api.ConnectionInput(name="CRM", baseUrl=receiver, auth=api.AuthInput(basic), settings=settings)
)
connection = created.data
when = api.OutcomeRuleInputWhen(json=api.OutcomeRuleWhenJson(path="ok", equals=api.ExpectedValue(False)))
outcomes = [api.OutcomeRuleInput(when=when, outcome=api.Outcome.FAIL)]
orders = api.DestinationInput(
    name="Orders", path="/orders", status="enabled", settings=api.DestinationSettingsInput(outcomes=outcomes)
)
destination = api.DestinationsApi(client).create_destination(connection.id, orders)
mapping = [
    api.FieldMapping(field="total", expression="Number(it.total)"),
    api.FieldMapping.from_dict({"field": "kind", "value": "order", "as": "text"}),
]
buy = api.Condition(parameter="wt.ev", operator=api.Operator.EQUALS, value="buy")
never = api.Condition.from_dict({"not": {"parameter": "wt.ev", "operator": "exists"}})
action = actions.create_action(
    api.ActionInput(
        name="Orders",
        description="Every order",
        status="enabled",
        rules=api.Condition(any=[buy, never]),
        destinations=[api.ActionDestinationInput(destinationId=destination.id, mapping=mapping)],
    )
)

events = [{"wt.ev": "buy", "total": "7.50"}, {"wt.ev": "buy", "total": "8"}]
accepted = api.IntakeApi(client).send_events(collector.key, api.SendEventsRequest(events=events))
deliveries: list[str] = []
while len(deliveries) < 2:
    time.sleep(0.1)
    deliveries, cursor = [], None
    while True:
        page = api.DeliveriesApi(client).list_deliveries(limit=1, cursor=cursor)
        deliveries += [one.event_id for one in page.data if one.status == "delivered"]
        cursor = page.page.next
        if cursor is None:
            break

etag = created.headers["etag"]
change = lambda text: connections.change_connection(connection.id, api.ConnectionPatch(description=text), if_match=etag)
changed = change("Orders go here")
stale = problem_of(lambda: change("Twice"))
# The client itself refuses an empty name.
invalid = problem_of(
    lambda: connections.create_connection(api.ConnectionInput.model_construct(name="", base_url=receiver))
)

# It asks for OpenMetrics too, which it does not read.
metrics = api.OperatingApi(client).metrics(_headers={"Accept": "text/plain"})
read = actions.get_action(action.id)
written = actions.replace_action(action.id, api.ActionInput.from_dict(read.to_dict()))
facts = {
    "accepted": accepted.accepted,
    "deliveries": deliveries,
    "etag": etag,
    "username": changed.auth.actual_instance.username,
    "description": changed.description,
    "stale": stale["code"],
    "invalid": [one["pointer"] for one in invalid["errors"]],
    "mapping": [
        {name: value for name, value in one.to_dict().items() if value is not None}
        for one in written.destinations[0].mapping
    ],
    "metrics": type(metrics).__name__.replace("str", "string"),
}
print(json.dumps(facts))
