"""The operations of the API, made from its OpenAPI document by npm run clients."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal, NotRequired, TypedDict

from .models import *  # noqa: F403
from .stream import StreamMessage

class SendEventsBody(TypedDict):
    # Values of each event that has none of its own.
    static: NotRequired[dict[str, Any] | None]
    events: list[dict[str, Any]]


class SendEventsResult(TypedDict):
    accepted: int
    # The ids of the events, in their order.
    ids: list[str]


class Operations:
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
        raise NotImplementedError

    def list_connections(self, *, limit: int | None = None, cursor: str | None = None, name: str | None = None, status: Literal["enabled", "disabled", "paused"] | None = None, q: str | None = None, sort: Literal["name", "-name", "status", "-status", "createdAt", "-createdAt", "updatedAt", "-updatedAt"] | None = None, count: bool | None = None, state: Literal["enabled", "disabled", "paused", "needs_attention", "held", "expiring"] | None = None, auth_type: Literal["none", "basic", "bearer", "oauth2"] | None = None, used: bool | None = None, usage: bool | None = None) -> ConnectionList:
        """List connections, newest first."""
        _result: ConnectionList = self._call("GET", "/api/v1/connections", query={"limit": limit, "cursor": cursor, "name": name, "status": status, "q": q, "sort": sort, "count": count, "state": state, "authType": auth_type, "used": used, "usage": usage}, returns="json")
        return _result

    def create_connection(self, body: ConnectionInput, *, idempotency_key: str | None = None) -> Connection:
        """Create a connection."""
        _result: Connection = self._call("POST", "/api/v1/connections", headers={"Idempotency-Key": idempotency_key}, body=body, returns="json")
        return _result

    def get_connection(self, id: str, *, if_none_match: str | None = None) -> Connection:
        """Get a connection."""
        _result: Connection = self._call("GET", "/api/v1/connections/{id}", params={"id": id}, headers={"If-None-Match": if_none_match}, returns="json")
        return _result

    def replace_connection(self, id: str, body: ConnectionInput, *, if_match: str | None = None) -> Connection:
        """Replace a connection."""
        _result: Connection = self._call("PUT", "/api/v1/connections/{id}", params={"id": id}, headers={"If-Match": if_match}, body=body, returns="json")
        return _result

    def change_connection(self, id: str, body: ConnectionPatch, *, if_match: str | None = None) -> Connection:
        """Change a connection (JSON Merge Patch)."""
        _result: Connection = self._call("PATCH", "/api/v1/connections/{id}", params={"id": id}, headers={"If-Match": if_match}, body=body, returns="json")
        return _result

    def delete_connection(self, id: str, *, if_match: str | None = None) -> None:
        """Delete a connection that nothing uses; it can be restored for 30 days."""
        self._call("DELETE", "/api/v1/connections/{id}", params={"id": id}, headers={"If-Match": if_match}, returns="none")

    def restore_connection(self, id: str, *, idempotency_key: str | None = None) -> Connection:
        """Restore a connection that was deleted in the last 30 days."""
        _result: Connection = self._call("POST", "/api/v1/connections/{id}/restore", params={"id": id}, headers={"Idempotency-Key": idempotency_key}, returns="json")
        return _result

    def apply_connection(self, name: str, body: ConnectionApplyInput, *, if_match: str | None = None) -> Connection:
        """Create or replace a connection by its name; references can be names instead of ids."""
        _result: Connection = self._call("PUT", "/api/v1/connections/by-name/{name}", params={"name": name}, headers={"If-Match": if_match}, body=body, returns="json")
        return _result

    def list_connection_versions(self, id: str, *, limit: int | None = None, cursor: str | None = None) -> ConnectionList:
        """List the versions of a connection, newest first, without changes of the status alone."""
        _result: ConnectionList = self._call("GET", "/api/v1/connections/{id}/versions", params={"id": id}, query={"limit": limit, "cursor": cursor}, returns="json")
        return _result

    def rollback_connection(self, id: str, body: Rollback, *, idempotency_key: str | None = None) -> Connection:
        """Restore an earlier version of a connection; its status stays as it is."""
        _result: Connection = self._call("POST", "/api/v1/connections/{id}/rollback", params={"id": id}, headers={"Idempotency-Key": idempotency_key}, body=body, returns="json")
        return _result

    def test_connection(self, id: str, *, idempotency_key: str | None = None) -> ConnectionTest:
        """Test a connection step by step."""
        _result: ConnectionTest = self._call("POST", "/api/v1/connections/{id}/test", params={"id": id}, headers={"Idempotency-Key": idempotency_key}, returns="json")
        return _result

    def test_unsaved_connection(self, body: ConnectionInput, *, idempotency_key: str | None = None) -> ConnectionTest:
        """Test a connection before saving it."""
        _result: ConnectionTest = self._call("POST", "/api/v1/connections/test", headers={"Idempotency-Key": idempotency_key}, body=body, returns="json")
        return _result

    def fetch_openapi(self, body: FetchOpenapiInput, *, idempotency_key: str | None = None) -> FetchOpenapiOutput:
        """Fetch an OpenAPI document by its URL, as the beginning of a connection."""
        _result: FetchOpenapiOutput = self._call("POST", "/api/v1/connections/openapi", headers={"Idempotency-Key": idempotency_key}, body=body, returns="json")
        return _result

    def probe_connection(self, id: str, *, idempotency_key: str | None = None) -> ConnectionHealth:
        """Send the next held delivery as a probe, to check whether a tripped or refused connection works again, and end a pause that its system asked for."""
        _result: ConnectionHealth = self._call("POST", "/api/v1/connections/{id}/probe", params={"id": id}, headers={"Idempotency-Key": idempotency_key}, returns="json")
        return _result

    def release_connection(self, id: str, *, idempotency_key: str | None = None) -> Release:
        """Send the held deliveries of a connection: releases a hold that its traffic caused, ends a pause that its system asked for, and restarts the retry schedule of exhausted deliveries. Deliveries with an unknown outcome stay held, and are counted in `unknownOutcomes`: a person retries or cancels each."""
        _result: Release = self._call("POST", "/api/v1/connections/{id}/release", params={"id": id}, headers={"Idempotency-Key": idempotency_key}, returns="json")
        return _result

    def list_destinations(self, id: str, *, limit: int | None = None, cursor: str | None = None, name: str | None = None, status: Literal["enabled", "disabled", "paused"] | None = None, q: str | None = None, sort: Literal["name", "-name", "status", "-status", "createdAt", "-createdAt", "updatedAt", "-updatedAt"] | None = None, count: bool | None = None, usage: bool | None = None) -> DestinationList:
        """List the destinations of a connection, newest first."""
        _result: DestinationList = self._call("GET", "/api/v1/connections/{id}/destinations", params={"id": id}, query={"limit": limit, "cursor": cursor, "name": name, "status": status, "q": q, "sort": sort, "count": count, "usage": usage}, returns="json")
        return _result

    def create_destination(self, id: str, body: DestinationInput, *, idempotency_key: str | None = None) -> Destination:
        """Create a destination."""
        _result: Destination = self._call("POST", "/api/v1/connections/{id}/destinations", params={"id": id}, headers={"Idempotency-Key": idempotency_key}, body=body, returns="json")
        return _result

    def get_destination(self, id: str, *, if_none_match: str | None = None) -> Destination:
        """Get a destination."""
        _result: Destination = self._call("GET", "/api/v1/destinations/{id}", params={"id": id}, headers={"If-None-Match": if_none_match}, returns="json")
        return _result

    def replace_destination(self, id: str, body: DestinationInput, *, if_match: str | None = None) -> Destination:
        """Replace a destination."""
        _result: Destination = self._call("PUT", "/api/v1/destinations/{id}", params={"id": id}, headers={"If-Match": if_match}, body=body, returns="json")
        return _result

    def change_destination(self, id: str, body: DestinationPatch, *, if_match: str | None = None) -> Destination:
        """Change a destination (JSON Merge Patch)."""
        _result: Destination = self._call("PATCH", "/api/v1/destinations/{id}", params={"id": id}, headers={"If-Match": if_match}, body=body, returns="json")
        return _result

    def delete_destination(self, id: str, *, if_match: str | None = None) -> None:
        """Delete a destination that nothing uses; it can be restored for 30 days."""
        self._call("DELETE", "/api/v1/destinations/{id}", params={"id": id}, headers={"If-Match": if_match}, returns="none")

    def restore_destination(self, id: str, *, idempotency_key: str | None = None) -> Destination:
        """Restore a destination that was deleted in the last 30 days."""
        _result: Destination = self._call("POST", "/api/v1/destinations/{id}/restore", params={"id": id}, headers={"Idempotency-Key": idempotency_key}, returns="json")
        return _result

    def apply_destination(self, name: str, body: DestinationApplyInput, *, if_match: str | None = None) -> Destination:
        """Create or replace a destination by `Connection/Destination`, URL-encoded; references can be names instead of ids."""
        _result: Destination = self._call("PUT", "/api/v1/destinations/by-name/{name}", params={"name": name}, headers={"If-Match": if_match}, body=body, returns="json")
        return _result

    def list_destination_versions(self, id: str, *, limit: int | None = None, cursor: str | None = None) -> DestinationList:
        """List the versions of a destination, newest first, without changes of the status alone."""
        _result: DestinationList = self._call("GET", "/api/v1/destinations/{id}/versions", params={"id": id}, query={"limit": limit, "cursor": cursor}, returns="json")
        return _result

    def rollback_destination(self, id: str, body: Rollback, *, idempotency_key: str | None = None) -> Destination:
        """Restore an earlier version of a destination; its status stays as it is."""
        _result: Destination = self._call("POST", "/api/v1/destinations/{id}/rollback", params={"id": id}, headers={"Idempotency-Key": idempotency_key}, body=body, returns="json")
        return _result

    def list_all_destinations(self, *, limit: int | None = None, cursor: str | None = None, name: str | None = None, status: Literal["enabled", "disabled", "paused"] | None = None, q: str | None = None, sort: Literal["name", "-name", "status", "-status", "createdAt", "-createdAt", "updatedAt", "-updatedAt"] | None = None, count: bool | None = None, usage: bool | None = None) -> DestinationList:
        """List the destinations of all connections, newest first."""
        _result: DestinationList = self._call("GET", "/api/v1/destinations", query={"limit": limit, "cursor": cursor, "name": name, "status": status, "q": q, "sort": sort, "count": count, "usage": usage}, returns="json")
        return _result

    def preview_destination(self, id: str, body: PreviewInput, *, idempotency_key: str | None = None) -> Preview:
        """Show the request for an event; a stored event (`eventId`) needs events:view."""
        _result: Preview = self._call("POST", "/api/v1/destinations/{id}/preview", params={"id": id}, headers={"Idempotency-Key": idempotency_key}, body=body, returns="json")
        return _result

    def preview_unsaved_destination(self, id: str, body: PreviewInput, *, idempotency_key: str | None = None) -> Preview:
        """Show the request of an unsaved destination for an event; a stored event (`eventId`) needs events:view."""
        _result: Preview = self._call("POST", "/api/v1/connections/{id}/destinations/preview", params={"id": id}, headers={"Idempotency-Key": idempotency_key}, body=body, returns="json")
        return _result

    def check_destination(self, id: str, body: DestinationCheckInput | None = None, *, idempotency_key: str | None = None) -> DestinationCheck:
        """Show the renders of the newest events, and the changes by a draft."""
        _result: DestinationCheck = self._call("POST", "/api/v1/destinations/{id}/check", params={"id": id}, headers={"Idempotency-Key": idempotency_key}, body=body, returns="json")
        return _result

    def check_unsaved_destination(self, id: str, body: DestinationDraftInput, *, idempotency_key: str | None = None) -> DestinationCheck:
        """Show the renders of the newest events by an unsaved destination."""
        _result: DestinationCheck = self._call("POST", "/api/v1/connections/{id}/destinations/check", params={"id": id}, headers={"Idempotency-Key": idempotency_key}, body=body, returns="json")
        return _result

    def check_outcomes(self, id: str, body: OutcomeCheckInput | None = None, *, idempotency_key: str | None = None) -> OutcomeCheck:
        """Show the outcomes of the newest stored responses by the outcome rules, and the changes by a draft."""
        _result: OutcomeCheck = self._call("POST", "/api/v1/destinations/{id}/outcomes/check", params={"id": id}, headers={"Idempotency-Key": idempotency_key}, body=body, returns="json")
        return _result

    def test_destination(self, id: str, body: SampleInput, *, idempotency_key: str | None = None) -> Delivery:
        """Send one real test request; a stored event (`eventId`) needs events:view and payloads:view."""
        _result: Delivery = self._call("POST", "/api/v1/destinations/{id}/test", params={"id": id}, headers={"Idempotency-Key": idempotency_key}, body=body, returns="json")
        return _result

    def check_template(self, body: TemplateCheckInput, *, idempotency_key: str | None = None) -> TemplateCheck:
        """Find the problems of a template."""
        _result: TemplateCheck = self._call("POST", "/api/v1/templates/check", headers={"Idempotency-Key": idempotency_key}, body=body, returns="json")
        return _result

    def render_template(self, body: RenderInput, *, idempotency_key: str | None = None) -> Rendered:
        """Render a template with given records."""
        _result: Rendered = self._call("POST", "/api/v1/templates/render", headers={"Idempotency-Key": idempotency_key}, body=body, returns="json")
        return _result

    def list_actions(self, *, limit: int | None = None, cursor: str | None = None, name: str | None = None, status: Literal["enabled", "disabled", "paused"] | None = None, q: str | None = None, sort: Literal["name", "-name", "status", "-status", "createdAt", "-createdAt", "updatedAt", "-updatedAt"] | None = None, count: bool | None = None, connection_id: str | None = None, destination_id: str | None = None, behavior_id: str | None = None, parameter: str | None = None, collector_id: str | None = None, holds: bool | None = None) -> ActionList:
        """List actions, newest first."""
        _result: ActionList = self._call("GET", "/api/v1/actions", query={"limit": limit, "cursor": cursor, "name": name, "status": status, "q": q, "sort": sort, "count": count, "connectionId": connection_id, "destinationId": destination_id, "behaviorId": behavior_id, "parameter": parameter, "collectorId": collector_id, "holds": holds}, returns="json")
        return _result

    def create_action(self, body: ActionInput, *, idempotency_key: str | None = None) -> Action:
        """Create an action."""
        _result: Action = self._call("POST", "/api/v1/actions", headers={"Idempotency-Key": idempotency_key}, body=body, returns="json")
        return _result

    def get_action(self, id: str, *, if_none_match: str | None = None) -> Action:
        """Get an action."""
        _result: Action = self._call("GET", "/api/v1/actions/{id}", params={"id": id}, headers={"If-None-Match": if_none_match}, returns="json")
        return _result

    def replace_action(self, id: str, body: ActionInput, *, if_match: str | None = None) -> Action:
        """Replace an action."""
        _result: Action = self._call("PUT", "/api/v1/actions/{id}", params={"id": id}, headers={"If-Match": if_match}, body=body, returns="json")
        return _result

    def change_action(self, id: str, body: ActionPatch, *, if_match: str | None = None) -> Action:
        """Change an action (JSON Merge Patch)."""
        _result: Action = self._call("PATCH", "/api/v1/actions/{id}", params={"id": id}, headers={"If-Match": if_match}, body=body, returns="json")
        return _result

    def delete_action(self, id: str, *, if_match: str | None = None) -> None:
        """Delete an action that nothing uses; it can be restored for 30 days."""
        self._call("DELETE", "/api/v1/actions/{id}", params={"id": id}, headers={"If-Match": if_match}, returns="none")

    def restore_action(self, id: str, *, idempotency_key: str | None = None) -> Action:
        """Restore an action that was deleted in the last 30 days."""
        _result: Action = self._call("POST", "/api/v1/actions/{id}/restore", params={"id": id}, headers={"Idempotency-Key": idempotency_key}, returns="json")
        return _result

    def apply_action(self, name: str, body: ActionApplyInput, *, if_match: str | None = None) -> Action:
        """Create or replace an action by its name; references can be names instead of ids."""
        _result: Action = self._call("PUT", "/api/v1/actions/by-name/{name}", params={"name": name}, headers={"If-Match": if_match}, body=body, returns="json")
        return _result

    def list_action_versions(self, id: str, *, limit: int | None = None, cursor: str | None = None) -> ActionList:
        """List the versions of an action, newest first, without changes of the status alone."""
        _result: ActionList = self._call("GET", "/api/v1/actions/{id}/versions", params={"id": id}, query={"limit": limit, "cursor": cursor}, returns="json")
        return _result

    def rollback_action(self, id: str, body: Rollback, *, idempotency_key: str | None = None) -> Action:
        """Restore an earlier version of an action; its status stays as it is."""
        _result: Action = self._call("POST", "/api/v1/actions/{id}/rollback", params={"id": id}, headers={"Idempotency-Key": idempotency_key}, body=body, returns="json")
        return _result

    def check_action(self, id: str, body: ActionCheckInput | None = None, *, idempotency_key: str | None = None) -> ActionCheck:
        """Show what a draft would change, on the newest events (without payloads:view, bodies are null)."""
        _result: ActionCheck = self._call("POST", "/api/v1/actions/{id}/check", params={"id": id}, headers={"Idempotency-Key": idempotency_key}, body=body, returns="json")
        return _result

    def check_unsaved_action(self, body: ActionDraftInput, *, idempotency_key: str | None = None) -> ActionCheck:
        """Show what an unsaved action would do, on the newest events (without payloads:view, bodies are null)."""
        _result: ActionCheck = self._call("POST", "/api/v1/actions/check", headers={"Idempotency-Key": idempotency_key}, body=body, returns="json")
        return _result

    def list_behaviors(self, *, limit: int | None = None, cursor: str | None = None, name: str | None = None, status: Literal["enabled", "disabled", "paused"] | None = None, q: str | None = None, sort: Literal["name", "-name", "status", "-status", "createdAt", "-createdAt", "updatedAt", "-updatedAt"] | None = None, count: bool | None = None, behavior_id: str | None = None, parameter: str | None = None, collector_id: str | None = None) -> BehaviorList:
        """List behaviors, newest first."""
        _result: BehaviorList = self._call("GET", "/api/v1/behaviors", query={"limit": limit, "cursor": cursor, "name": name, "status": status, "q": q, "sort": sort, "count": count, "behaviorId": behavior_id, "parameter": parameter, "collectorId": collector_id}, returns="json")
        return _result

    def create_behavior(self, body: BehaviorInput, *, idempotency_key: str | None = None) -> Behavior:
        """Create a behavior."""
        _result: Behavior = self._call("POST", "/api/v1/behaviors", headers={"Idempotency-Key": idempotency_key}, body=body, returns="json")
        return _result

    def get_behavior(self, id: str, *, if_none_match: str | None = None) -> Behavior:
        """Get a behavior."""
        _result: Behavior = self._call("GET", "/api/v1/behaviors/{id}", params={"id": id}, headers={"If-None-Match": if_none_match}, returns="json")
        return _result

    def replace_behavior(self, id: str, body: BehaviorInput, *, if_match: str | None = None) -> Behavior:
        """Replace a behavior."""
        _result: Behavior = self._call("PUT", "/api/v1/behaviors/{id}", params={"id": id}, headers={"If-Match": if_match}, body=body, returns="json")
        return _result

    def change_behavior(self, id: str, body: BehaviorPatch, *, if_match: str | None = None) -> Behavior:
        """Change a behavior (JSON Merge Patch)."""
        _result: Behavior = self._call("PATCH", "/api/v1/behaviors/{id}", params={"id": id}, headers={"If-Match": if_match}, body=body, returns="json")
        return _result

    def delete_behavior(self, id: str, *, if_match: str | None = None) -> None:
        """Delete a behavior that nothing uses; it can be restored for 30 days."""
        self._call("DELETE", "/api/v1/behaviors/{id}", params={"id": id}, headers={"If-Match": if_match}, returns="none")

    def restore_behavior(self, id: str, *, idempotency_key: str | None = None) -> Behavior:
        """Restore a behavior that was deleted in the last 30 days."""
        _result: Behavior = self._call("POST", "/api/v1/behaviors/{id}/restore", params={"id": id}, headers={"Idempotency-Key": idempotency_key}, returns="json")
        return _result

    def apply_behavior(self, name: str, body: BehaviorApplyInput, *, if_match: str | None = None) -> Behavior:
        """Create or replace a behavior by its name; references can be names instead of ids."""
        _result: Behavior = self._call("PUT", "/api/v1/behaviors/by-name/{name}", params={"name": name}, headers={"If-Match": if_match}, body=body, returns="json")
        return _result

    def list_behavior_versions(self, id: str, *, limit: int | None = None, cursor: str | None = None) -> BehaviorList:
        """List the versions of a behavior, newest first, without changes of the status alone."""
        _result: BehaviorList = self._call("GET", "/api/v1/behaviors/{id}/versions", params={"id": id}, query={"limit": limit, "cursor": cursor}, returns="json")
        return _result

    def rollback_behavior(self, id: str, body: Rollback, *, idempotency_key: str | None = None) -> Behavior:
        """Restore an earlier version of a behavior; its status stays as it is."""
        _result: Behavior = self._call("POST", "/api/v1/behaviors/{id}/rollback", params={"id": id}, headers={"Idempotency-Key": idempotency_key}, body=body, returns="json")
        return _result

    def count_conditions(self, body: ConditionCountInput, *, idempotency_key: str | None = None) -> ConditionCount:
        """Count the newest events that match conditions."""
        _result: ConditionCount = self._call("POST", "/api/v1/conditions/count", headers={"Idempotency-Key": idempotency_key}, body=body, returns="json")
        return _result

    def check_condition(self, body: ConditionCheckInput, *, idempotency_key: str | None = None) -> ConditionCheck:
        """Explain a condition on one event (a stored one needs events:view and payloads:view)."""
        _result: ConditionCheck = self._call("POST", "/api/v1/behaviors/check", headers={"Idempotency-Key": idempotency_key}, body=body, returns="json")
        return _result

    def list_collectors(self, *, limit: int | None = None, cursor: str | None = None, name: str | None = None, status: Literal["enabled", "disabled", "paused"] | None = None, q: str | None = None, sort: Literal["name", "-name", "status", "-status", "createdAt", "-createdAt", "updatedAt", "-updatedAt"] | None = None, count: bool | None = None) -> CollectorList:
        """List collectors, newest first."""
        _result: CollectorList = self._call("GET", "/api/v1/collectors", query={"limit": limit, "cursor": cursor, "name": name, "status": status, "q": q, "sort": sort, "count": count}, returns="json")
        return _result

    def create_collector(self, body: CollectorInput, *, idempotency_key: str | None = None) -> Collector:
        """Create a collector."""
        _result: Collector = self._call("POST", "/api/v1/collectors", headers={"Idempotency-Key": idempotency_key}, body=body, returns="json")
        return _result

    def get_collector(self, id: str, *, if_none_match: str | None = None) -> Collector:
        """Get a collector."""
        _result: Collector = self._call("GET", "/api/v1/collectors/{id}", params={"id": id}, headers={"If-None-Match": if_none_match}, returns="json")
        return _result

    def replace_collector(self, id: str, body: CollectorInput, *, if_match: str | None = None) -> Collector:
        """Replace a collector."""
        _result: Collector = self._call("PUT", "/api/v1/collectors/{id}", params={"id": id}, headers={"If-Match": if_match}, body=body, returns="json")
        return _result

    def change_collector(self, id: str, body: CollectorPatch, *, if_match: str | None = None) -> Collector:
        """Change a collector (JSON Merge Patch)."""
        _result: Collector = self._call("PATCH", "/api/v1/collectors/{id}", params={"id": id}, headers={"If-Match": if_match}, body=body, returns="json")
        return _result

    def delete_collector(self, id: str, *, if_match: str | None = None) -> None:
        """Delete a collector that nothing uses; it can be restored for 30 days."""
        self._call("DELETE", "/api/v1/collectors/{id}", params={"id": id}, headers={"If-Match": if_match}, returns="none")

    def restore_collector(self, id: str, *, idempotency_key: str | None = None) -> Collector:
        """Restore a collector that was deleted in the last 30 days."""
        _result: Collector = self._call("POST", "/api/v1/collectors/{id}/restore", params={"id": id}, headers={"Idempotency-Key": idempotency_key}, returns="json")
        return _result

    def apply_collector(self, name: str, body: CollectorApplyInput, *, if_match: str | None = None) -> Collector:
        """Create or replace a collector by its name; references can be names instead of ids."""
        _result: Collector = self._call("PUT", "/api/v1/collectors/by-name/{name}", params={"name": name}, headers={"If-Match": if_match}, body=body, returns="json")
        return _result

    def list_collector_versions(self, id: str, *, limit: int | None = None, cursor: str | None = None) -> CollectorList:
        """List the versions of a collector, newest first, without changes of the status alone."""
        _result: CollectorList = self._call("GET", "/api/v1/collectors/{id}/versions", params={"id": id}, query={"limit": limit, "cursor": cursor}, returns="json")
        return _result

    def rollback_collector(self, id: str, body: Rollback, *, idempotency_key: str | None = None) -> Collector:
        """Restore an earlier version of a collector; its status stays as it is."""
        _result: Collector = self._call("POST", "/api/v1/collectors/{id}/rollback", params={"id": id}, headers={"Idempotency-Key": idempotency_key}, body=body, returns="json")
        return _result

    def rotate_collector_key(self, id: str, body: KeyRotationInput | None = None) -> Collector:
        """Give a collector a new key; the present one stays valid for a day, or until `previousUntil` (null: it ends at once). Refused while a previous key is valid, unless the present one ends at once."""
        _result: Collector = self._call("POST", "/api/v1/collectors/{id}/rotate-key", params={"id": id}, body=body, returns="json")
        return _result

    def end_previous_key(self, id: str, *, if_match: str | None = None) -> Collector:
        """End the previous key of a collector at once."""
        _result: Collector = self._call("DELETE", "/api/v1/collectors/{id}/previous-key", params={"id": id}, headers={"If-Match": if_match}, returns="json")
        return _result

    def list_rejected_requests(self, *, limit: int | None = None, cursor: str | None = None, key: str | None = None, collector_id: str | None = None) -> RejectedRequestList:
        """List the last rejected intake requests, including those with an unknown key, newest first."""
        _result: RejectedRequestList = self._call("GET", "/api/v1/collectors/rejected", query={"limit": limit, "cursor": cursor, "key": key, "collectorId": collector_id}, returns="json")
        return _result

    def get_rejected_request(self, id: str, *, if_none_match: str | None = None) -> RejectedRequestWithBody:
        """Get a rejected intake request with the beginning of its body, in which letters and digits of values are masked."""
        _result: RejectedRequestWithBody = self._call("GET", "/api/v1/collectors/rejected/{id}", params={"id": id}, headers={"If-None-Match": if_none_match}, returns="json")
        return _result

    def list_parameters(self, *, limit: int | None = None, cursor: str | None = None, name: str | None = None, offered: bool | None = None, seen: bool | None = None, sort: Literal["name", "share"] | None = None) -> ParameterList:
        """List the parameters seen on events (`examples` needs payloads:view)."""
        _result: ParameterList = self._call("GET", "/api/v1/parameters", query={"limit": limit, "cursor": cursor, "name": name, "offered": offered, "seen": seen, "sort": sort}, returns="json")
        return _result

    def change_parameter(self, name: str, body: ParameterPatch, *, if_match: str | None = None) -> Parameter:
        """Describe a parameter, or change whether it is offered."""
        _result: Parameter = self._call("PATCH", "/api/v1/parameters/{name}", params={"name": name}, headers={"If-Match": if_match}, body=body, returns="json")
        return _result

    def list_events(self, *, limit: int | None = None, cursor: str | None = None, name: str | None = None, visitor_id: str | None = None, collector_id: str | None = None, parameter: str | None = None, value: str | None = None, action_id: str | None = None, trace: str | None = None, outcome: Literal["pending", "sending", "retrying", "held", "delivered", "failed", "skipped", "cancelled", "none"] | None = None, received_after: str | None = None, received_before: str | None = None) -> EventList:
        """List events, newest first (without payloads:view, `data`, `ext` and `session` are empty). `parameter` (needs payloads:view): without `value`, events that have it; `actionId`: events that its current rules match; `outcome`: events with a delivery in this state, `none`: events without deliveries. A page reads at most 5,000 events (1,000 with `outcome`), so it can be short or empty and still have a `next`."""
        _result: EventList = self._call("GET", "/api/v1/events", query={"limit": limit, "cursor": cursor, "name": name, "visitorId": visitor_id, "collectorId": collector_id, "parameter": parameter, "value": value, "actionId": action_id, "trace": trace, "outcome": outcome, "receivedAfter": received_after, "receivedBefore": received_before}, returns="json")
        return _result

    def get_event_names(self, *, ids: str) -> EventRefList:
        """Name up to 100 events (`ids`, separated by commas)."""
        _result: EventRefList = self._call("GET", "/api/v1/events/names", query={"ids": ids}, returns="json")
        return _result

    def get_event_outcomes(self, *, ids: str) -> EventOutcomeList:
        """Get the states of the deliveries of up to 100 events (`ids`, separated by commas)."""
        _result: EventOutcomeList = self._call("GET", "/api/v1/events/outcomes", query={"ids": ids}, returns="json")
        return _result

    def get_event(self, id: str, *, if_none_match: str | None = None) -> Event:
        """Get an event (without payloads:view, `data`, `ext` and `session` are empty)."""
        _result: Event = self._call("GET", "/api/v1/events/{id}", params={"id": id}, headers={"If-None-Match": if_none_match}, returns="json")
        return _result

    def explain_event(self, id: str) -> Explanation:
        """Explain for each action why it matched or not (without payloads:view, values are null). Values are cut at 1,000 characters; with thousands of actions, those that neither match nor have deliveries are shortened, then left out."""
        _result: Explanation = self._call("GET", "/api/v1/events/{id}/explain", params={"id": id}, returns="json")
        return _result

    def stream_events(self, *, name: str | None = None, visitor_id: str | None = None, collector_id: str | None = None, parameter: str | None = None, value: str | None = None, action_id: str | None = None, trace: str | None = None) -> Iterator[StreamMessage]:
        """Stream events as they are matched (server-sent events), with the filters of the list; `parameter` needs payloads:view. A stream has at most 50 events a second and does not resume: its messages have no ids, and the list of events (`receivedAfter`) has what a client missed."""
        _result: Iterator[StreamMessage] = self._call("GET", "/api/v1/events/stream", query={"name": name, "visitorId": visitor_id, "collectorId": collector_id, "parameter": parameter, "value": value, "actionId": action_id, "trace": trace}, returns="stream")
        return _result

    def list_traces(self, *, limit: int | None = None, cursor: str | None = None, state: Literal["running", "ended"] | None = None) -> TraceList:
        """List running traces and the last 100 ended ones."""
        _result: TraceList = self._call("GET", "/api/v1/traces", query={"limit": limit, "cursor": cursor, "state": state}, returns="json")
        return _result

    def start_trace(self, body: TraceInput | None = None, *, idempotency_key: str | None = None) -> Trace:
        """Start a trace, which follows the events that carry its id."""
        _result: Trace = self._call("POST", "/api/v1/traces", headers={"Idempotency-Key": idempotency_key}, body=body, returns="json")
        return _result

    def get_trace(self, id: str, *, if_none_match: str | None = None) -> TracedStory:
        """Get a trace with its first 200 events and their deliveries, oldest first."""
        _result: TracedStory = self._call("GET", "/api/v1/traces/{id}", params={"id": id}, headers={"If-None-Match": if_none_match}, returns="json")
        return _result

    def stop_trace(self, id: str, *, idempotency_key: str | None = None) -> Trace:
        """Stop a trace; its events stay available."""
        _result: Trace = self._call("POST", "/api/v1/traces/{id}/stop", params={"id": id}, headers={"Idempotency-Key": idempotency_key}, returns="json")
        return _result

    def list_deliveries(self, *, limit: int | None = None, cursor: str | None = None, status: DeliveryStatus | None = None, action_id: str | None = None, destination_id: str | None = None, connection_id: str | None = None, event_id: str | None = None, visitor_id: str | None = None, replay_id: str | None = None, replay_of: str | None = None, recovered: bool | None = None, unresolved: bool | None = None, error_kind: ErrorKind | None = None, reason: Reason | None = None, http_status: str | None = None, duration_ms_min: int | None = None, test: bool | None = None, batch_id: str | None = None, q: str | None = None, created_after: str | None = None, created_before: str | None = None) -> DeliveryList:
        """List deliveries, newest first (`q` needs payloads:view; with filters that no index serves, `searched` says how far the search got)."""
        _result: DeliveryList = self._call("GET", "/api/v1/deliveries", query={"limit": limit, "cursor": cursor, "status": status, "actionId": action_id, "destinationId": destination_id, "connectionId": connection_id, "eventId": event_id, "visitorId": visitor_id, "replayId": replay_id, "replayOf": replay_of, "recovered": recovered, "unresolved": unresolved, "errorKind": error_kind, "reason": reason, "httpStatus": http_status, "durationMsMin": duration_ms_min, "test": test, "batchId": batch_id, "q": q, "createdAfter": created_after, "createdBefore": created_before}, returns="json")
        return _result

    def get_delivery_histogram(self, *, status: DeliveryStatus | None = None, action_id: str | None = None, destination_id: str | None = None, connection_id: str | None = None, event_id: str | None = None, visitor_id: str | None = None, replay_id: str | None = None, replay_of: str | None = None, recovered: bool | None = None, unresolved: bool | None = None, error_kind: ErrorKind | None = None, reason: Reason | None = None, http_status: str | None = None, duration_ms_min: int | None = None, test: bool | None = None, batch_id: str | None = None, q: str | None = None, created_after: str | None = None, created_before: str | None = None, buckets: int | None = None, count_unresolved: bool | None = None) -> DeliveryHistogram:
        """Count deliveries by creation time and status, with the filters of the list (default: the last 24 hours, at most from the oldest delivery on)."""
        _result: DeliveryHistogram = self._call("GET", "/api/v1/deliveries/histogram", query={"status": status, "actionId": action_id, "destinationId": destination_id, "connectionId": connection_id, "eventId": event_id, "visitorId": visitor_id, "replayId": replay_id, "replayOf": replay_of, "recovered": recovered, "unresolved": unresolved, "errorKind": error_kind, "reason": reason, "httpStatus": http_status, "durationMsMin": duration_ms_min, "test": test, "batchId": batch_id, "q": q, "createdAfter": created_after, "createdBefore": created_before, "buckets": buckets, "countUnresolved": count_unresolved}, returns="json")
        return _result

    def get_last_attempts(self, *, ids: str) -> LastAttemptList:
        """Get the result of the last attempt of up to 100 deliveries (`ids`, separated by commas)."""
        _result: LastAttemptList = self._call("GET", "/api/v1/deliveries/last-attempts", query={"ids": ids}, returns="json")
        return _result

    def get_delivery(self, id: str, *, if_none_match: str | None = None) -> Delivery:
        """Get a delivery with its attempts (without payloads:view, bodies are null, URLs have no query string, and what a template says is hidden)."""
        _result: Delivery = self._call("GET", "/api/v1/deliveries/{id}", params={"id": id}, headers={"If-None-Match": if_none_match}, returns="json")
        return _result

    def retry_delivery(self, id: str, body: RetryInput | None = None, *, idempotency_key: str | None = None) -> Delivery:
        """Send a delivery again now."""
        _result: Delivery = self._call("POST", "/api/v1/deliveries/{id}/retry", params={"id": id}, headers={"Idempotency-Key": idempotency_key}, body=body, returns="json")
        return _result

    def cancel_delivery(self, id: str, *, idempotency_key: str | None = None) -> Delivery:
        """Cancel an unfinished delivery."""
        _result: Delivery = self._call("POST", "/api/v1/deliveries/{id}/cancel", params={"id": id}, headers={"Idempotency-Key": idempotency_key}, returns="json")
        return _result

    def get_delivery_curl(self, id: str) -> str:
        """Get the last attempt as a cURL command, secrets as $VARIABLES."""
        _result: str = self._call("GET", "/api/v1/deliveries/{id}/curl", params={"id": id}, returns="str")
        return _result

    def list_issues(self, *, limit: int | None = None, cursor: str | None = None, title: str | None = None, state: str | None = None, kind: IssueKind | None = None, severity: IssueSeverity | None = None, connection_id: str | None = None, destination_id: str | None = None, action_id: str | None = None) -> IssueList:
        """List issues, last opened first (`state`: one or more, separated by commas; `title`: a part of it)."""
        _result: IssueList = self._call("GET", "/api/v1/issues", query={"limit": limit, "cursor": cursor, "title": title, "state": state, "kind": kind, "severity": severity, "connectionId": connection_id, "destinationId": destination_id, "actionId": action_id}, returns="json")
        return _result

    def get_issue(self, id: str, *, if_none_match: str | None = None) -> Issue:
        """Get an issue."""
        _result: Issue = self._call("GET", "/api/v1/issues/{id}", params={"id": id}, headers={"If-None-Match": if_none_match}, returns="json")
        return _result

    def acknowledge_issue(self, id: str, *, idempotency_key: str | None = None) -> Issue:
        """Acknowledge an issue."""
        _result: Issue = self._call("POST", "/api/v1/issues/{id}/acknowledge", params={"id": id}, headers={"Idempotency-Key": idempotency_key}, returns="json")
        return _result

    def resolve_issue(self, id: str, body: ResolutionInput | None = None, *, idempotency_key: str | None = None) -> Issue:
        """Resolve an issue; an occurrence after five minutes reopens it."""
        _result: Issue = self._call("POST", "/api/v1/issues/{id}/resolve", params={"id": id}, headers={"Idempotency-Key": idempotency_key}, body=body, returns="json")
        return _result

    def mute_issue(self, id: str, body: MuteInput, *, idempotency_key: str | None = None) -> Issue:
        """Mute an issue until a time (null: until it is unmuted)."""
        _result: Issue = self._call("POST", "/api/v1/issues/{id}/mute", params={"id": id}, headers={"Idempotency-Key": idempotency_key}, body=body, returns="json")
        return _result

    def unmute_issue(self, id: str, *, idempotency_key: str | None = None) -> Issue:
        """Unmute an issue."""
        _result: Issue = self._call("POST", "/api/v1/issues/{id}/unmute", params={"id": id}, headers={"Idempotency-Key": idempotency_key}, returns="json")
        return _result

    def reopen_issue(self, id: str, *, idempotency_key: str | None = None) -> Issue:
        """Reopen a resolved issue."""
        _result: Issue = self._call("POST", "/api/v1/issues/{id}/reopen", params={"id": id}, headers={"Idempotency-Key": idempotency_key}, returns="json")
        return _result

    def list_replays(self, *, limit: int | None = None, cursor: str | None = None, state: ReplayState | None = None) -> ReplayList:
        """List replays, newest first."""
        _result: ReplayList = self._call("GET", "/api/v1/replays", query={"limit": limit, "cursor": cursor, "state": state}, returns="json")
        return _result

    def create_replay(self, body: ReplayInput, *, idempotency_key: str | None = None) -> ReplayPlan:
        """Send past deliveries or events again; with `plan` only count them (200; the first requests need payloads:view). Events need events:view; `ignoreRules`, or an action that is disabled, needs actions:manage."""
        _result: ReplayPlan = self._call("POST", "/api/v1/replays", headers={"Idempotency-Key": idempotency_key}, body=body, returns="json")
        return _result

    def get_replay(self, id: str, *, if_none_match: str | None = None) -> Replay:
        """Get a replay with its progress."""
        _result: Replay = self._call("GET", "/api/v1/replays/{id}", params={"id": id}, headers={"If-None-Match": if_none_match}, returns="json")
        return _result

    def pause_replay(self, id: str, *, idempotency_key: str | None = None) -> Replay:
        """Pause a replay."""
        _result: Replay = self._call("POST", "/api/v1/replays/{id}/pause", params={"id": id}, headers={"Idempotency-Key": idempotency_key}, returns="json")
        return _result

    def resume_replay(self, id: str, *, idempotency_key: str | None = None) -> Replay:
        """Resume a paused replay."""
        _result: Replay = self._call("POST", "/api/v1/replays/{id}/resume", params={"id": id}, headers={"Idempotency-Key": idempotency_key}, returns="json")
        return _result

    def cancel_replay(self, id: str, *, idempotency_key: str | None = None) -> Replay:
        """Cancel a replay and its deliveries that are not sent yet."""
        _result: Replay = self._call("POST", "/api/v1/replays/{id}/cancel", params={"id": id}, headers={"Idempotency-Key": idempotency_key}, returns="json")
        return _result

    def list_inbox_requests(self, *, limit: int | None = None, cursor: str | None = None, inbox: str | None = None, text: str | None = None) -> InboxRequestList:
        """List the requests to the built-in Inbox; `text` searches method, path and body (without payloads:view, `query` and `body` are empty, and the path and most values of headers are hidden)."""
        _result: InboxRequestList = self._call("GET", "/api/v1/inbox/requests", query={"limit": limit, "cursor": cursor, "inbox": inbox, "text": text}, returns="json")
        return _result

    def clear_inbox(self) -> None:
        """Clear the Inbox."""
        self._call("DELETE", "/api/v1/inbox/requests", returns="none")

    def list_inbox_rules(self) -> InboxRuleList:
        """List the rules of inboxes, by name."""
        _result: InboxRuleList = self._call("GET", "/api/v1/inbox/rules", returns="json")
        return _result

    def set_inbox_rule(self, name: str, body: InboxRuleInput) -> InboxRule:
        """Set the response of an inbox to its next requests."""
        _result: InboxRule = self._call("PUT", "/api/v1/inbox/rules/{name}", params={"name": name}, body=body, returns="json")
        return _result

    def remove_inbox_rule(self, name: str) -> None:
        """Remove the rule of an inbox, so that it responds 200."""
        self._call("DELETE", "/api/v1/inbox/rules/{name}", params={"name": name}, returns="none")

    def get_state(self, *, connection_id: str | None = None, destination_id: str | None = None) -> DeliveryState:
        """Count the deliveries that are held, failed, pending and in flight now, in all and by connection and destination (all of one with `connectionId` or `destinationId`)."""
        _result: DeliveryState = self._call("GET", "/api/v1/state", query={"connectionId": connection_id, "destinationId": destination_id}, returns="json")
        return _result

    def get_nodes(self) -> GetNodesOutput:
        """Show the processes that share the database, and the database."""
        _result: GetNodesOutput = self._call("GET", "/api/v1/nodes", returns="json")
        return _result

    def get_stats(self, *, kind: StatsKind | None = None, id: str | None = None, range: StatsAskedRange | None = None, from_: str | None = None, until: str | None = None) -> Stats:
        """Get counts, outcomes and latency over a range that ends now or a given time, of the whole installation or each resource of a kind."""
        _result: Stats = self._call("GET", "/api/v1/stats", query={"kind": kind, "id": id, "range": range, "from": from_, "until": until}, returns="json")
        return _result

    def list_alerts(self, *, limit: int | None = None, cursor: str | None = None, name: str | None = None, status: Literal["enabled", "disabled", "paused"] | None = None, q: str | None = None, sort: Literal["name", "-name", "status", "-status", "createdAt", "-createdAt", "updatedAt", "-updatedAt"] | None = None, count: bool | None = None) -> AlertList:
        """List alerts, newest first."""
        _result: AlertList = self._call("GET", "/api/v1/alerts", query={"limit": limit, "cursor": cursor, "name": name, "status": status, "q": q, "sort": sort, "count": count}, returns="json")
        return _result

    def create_alert(self, body: AlertInput, *, idempotency_key: str | None = None) -> Alert:
        """Create an alert."""
        _result: Alert = self._call("POST", "/api/v1/alerts", headers={"Idempotency-Key": idempotency_key}, body=body, returns="json")
        return _result

    def get_alert(self, id: str, *, if_none_match: str | None = None) -> Alert:
        """Get an alert."""
        _result: Alert = self._call("GET", "/api/v1/alerts/{id}", params={"id": id}, headers={"If-None-Match": if_none_match}, returns="json")
        return _result

    def replace_alert(self, id: str, body: AlertInput, *, if_match: str | None = None) -> Alert:
        """Replace an alert."""
        _result: Alert = self._call("PUT", "/api/v1/alerts/{id}", params={"id": id}, headers={"If-Match": if_match}, body=body, returns="json")
        return _result

    def change_alert(self, id: str, body: AlertPatch, *, if_match: str | None = None) -> Alert:
        """Change an alert (JSON Merge Patch)."""
        _result: Alert = self._call("PATCH", "/api/v1/alerts/{id}", params={"id": id}, headers={"If-Match": if_match}, body=body, returns="json")
        return _result

    def delete_alert(self, id: str, *, if_match: str | None = None) -> None:
        """Delete an alert that nothing uses; it can be restored for 30 days."""
        self._call("DELETE", "/api/v1/alerts/{id}", params={"id": id}, headers={"If-Match": if_match}, returns="none")

    def restore_alert(self, id: str, *, idempotency_key: str | None = None) -> Alert:
        """Restore an alert that was deleted in the last 30 days."""
        _result: Alert = self._call("POST", "/api/v1/alerts/{id}/restore", params={"id": id}, headers={"Idempotency-Key": idempotency_key}, returns="json")
        return _result

    def apply_alert(self, name: str, body: AlertApplyInput, *, if_match: str | None = None) -> Alert:
        """Create or replace an alert by its name; references can be names instead of ids."""
        _result: Alert = self._call("PUT", "/api/v1/alerts/by-name/{name}", params={"name": name}, headers={"If-Match": if_match}, body=body, returns="json")
        return _result

    def list_alert_versions(self, id: str, *, limit: int | None = None, cursor: str | None = None) -> AlertList:
        """List the versions of an alert, newest first, without changes of the status alone."""
        _result: AlertList = self._call("GET", "/api/v1/alerts/{id}/versions", params={"id": id}, query={"limit": limit, "cursor": cursor}, returns="json")
        return _result

    def rollback_alert(self, id: str, body: Rollback, *, idempotency_key: str | None = None) -> Alert:
        """Restore an earlier version of an alert; its status stays as it is."""
        _result: Alert = self._call("POST", "/api/v1/alerts/{id}/rollback", params={"id": id}, headers={"Idempotency-Key": idempotency_key}, body=body, returns="json")
        return _result

    def test_alert(self, id: str, *, idempotency_key: str | None = None) -> AlertTest:
        """Send one test message of an alert."""
        _result: AlertTest = self._call("POST", "/api/v1/alerts/{id}/test", params={"id": id}, headers={"Idempotency-Key": idempotency_key}, returns="json")
        return _result

    def list_alert_messages(self, id: str, *, limit: int | None = None, cursor: str | None = None) -> AlertMessageList:
        """List the last messages of an alert, newest first."""
        _result: AlertMessageList = self._call("GET", "/api/v1/alerts/{id}/messages", params={"id": id}, query={"limit": limit, "cursor": cursor}, returns="json")
        return _result

    def list_audit(self, *, limit: int | None = None, cursor: str | None = None, act: AuditAct | None = None, kind: AuditKind | None = None, id: str | None = None, principal: str | None = None, result: Literal["done", "refused"] | None = None, created_after: str | None = None, created_before: str | None = None) -> AuditEntryList:
        """List changes, newest first; `id` is the id of the thing, `principal` a part of a name, or an id."""
        _result: AuditEntryList = self._call("GET", "/api/v1/audit", query={"limit": limit, "cursor": cursor, "act": act, "kind": kind, "id": id, "principal": principal, "result": result, "createdAfter": created_after, "createdBefore": created_before}, returns="json")
        return _result

    def get_sealing(self) -> SealingState:
        """Get the keys that encrypt stored secrets, and the progress of a rotation."""
        _result: SealingState = self._call("GET", "/api/v1/secrets", returns="json")
        return _result

    def rotate_secrets(self, body: SecretRotationInput) -> SealingState:
        """Encrypt every stored secret again with the first key, in the background; the same request returns the progress."""
        _result: SealingState = self._call("POST", "/api/v1/secrets/rotate", body=body, returns="json")
        return _result

    def get_settings(self, *, if_none_match: str | None = None) -> Settings:
        """Get the settings of the installation, and whether each value is a default, set by the operator or set here."""
        _result: Settings = self._call("GET", "/api/v1/settings", headers={"If-None-Match": if_none_match}, returns="json")
        return _result

    def change_settings(self, body: SettingsPatch, *, if_match: str | None = None) -> Settings:
        """Change settings of the installation (JSON Merge Patch); null restores the default. Values set by the operator are read-only."""
        _result: Settings = self._call("PATCH", "/api/v1/settings", headers={"If-Match": if_match}, body=body, returns="json")
        return _result

    def export_configuration(self, *, kind: str | None = None, id: str | None = None) -> Export:
        """Export documents with names instead of ids and without secrets; needs View of each kind."""
        _result: Export = self._call("GET", "/api/v1/export", query={"kind": kind, "id": id}, returns="json")
        return _result

    def import_configuration(self, body: ImportInput, *, progress_id: str | None = None, idempotency_key: str | None = None) -> ImportResult:
        """Create or replace documents by name, all or none; needs Manage of each kind. With dryRun, only plan it."""
        _result: ImportResult = self._call("POST", "/api/v1/import", query={"progressId": progress_id}, headers={"Idempotency-Key": idempotency_key}, body=body, returns="json")
        return _result

    def import_progress(self, progress_id: str, *, if_none_match: str | None = None) -> ImportProgress:
        """Show how far an import of the same caller is, while it runs."""
        _result: ImportProgress = self._call("GET", "/api/v1/import/{progressId}", params={"progressId": progress_id}, headers={"If-None-Match": if_none_match}, returns="json")
        return _result

    def list_deleted(self, *, limit: int | None = None, cursor: str | None = None, kind: str | None = None) -> DeletedDocumentList:
        """List the documents deleted in the last 30 days, newest deletion first; needs View of each kind."""
        _result: DeletedDocumentList = self._call("GET", "/api/v1/deleted", query={"limit": limit, "cursor": cursor, "kind": kind}, returns="json")
        return _result

    def get_names(self, *, ids: str) -> NamedDocumentList:
        """Name up to 200 documents (`ids`, separated by commas), and the connections of the destinations among them. Documents that are deleted, or of a kind that the caller has no right to view, are left out."""
        _result: NamedDocumentList = self._call("GET", "/api/v1/names", query={"ids": ids}, returns="json")
        return _result

    def erase_visitor(self, body: ErasureInput, *, idempotency_key: str | None = None) -> Erasure:
        """Erase the stored data of a visitor in the background, or (`dryRun`) only count it."""
        _result: Erasure = self._call("POST", "/api/v1/privacy/erase", headers={"Idempotency-Key": idempotency_key}, body=body, returns="json")
        return _result

    def list_erasures(self, *, limit: int | None = None, cursor: str | None = None) -> ErasureList:
        """List erasures, newest first."""
        _result: ErasureList = self._call("GET", "/api/v1/privacy/erasures", query={"limit": limit, "cursor": cursor}, returns="json")
        return _result

    def get_erasure(self, id: str, *, if_none_match: str | None = None) -> Erasure:
        """Get an erasure with its progress."""
        _result: Erasure = self._call("GET", "/api/v1/privacy/erasures/{id}", params={"id": id}, headers={"If-None-Match": if_none_match}, returns="json")
        return _result

    def get_setup(self) -> SetupState:
        """Get whether set-up is open: there is no administrator yet."""
        _result: SetupState = self._call("GET", "/api/v1/setup", returns="json")
        return _result

    def set_up(self, body: SetupInput) -> Me:
        """Create the first administrator, once, and sign in."""
        _result: Me = self._call("POST", "/api/v1/setup", body=body, returns="json")
        return _result

    def sign_in(self, body: SignInInput) -> Me:
        """Sign in; the response sets the session cookie."""
        _result: Me = self._call("POST", "/api/v1/session", body=body, returns="json")
        return _result

    def get_session(self, *, if_none_match: str | None = None) -> Me:
        """Get the current session; the same as /me."""
        _result: Me = self._call("GET", "/api/v1/session", headers={"If-None-Match": if_none_match}, returns="json")
        return _result

    def sign_out(self) -> None:
        """Sign out: end the current session."""
        self._call("DELETE", "/api/v1/session", returns="none")

    def accept_invitation(self, body: InvitationInput) -> Me:
        """Set a password with an invitation, once, and sign in."""
        _result: Me = self._call("POST", "/api/v1/invitation", body=body, returns="json")
        return _result

    def get_sign_in_methods(self) -> SignInMethods:
        """Get the ways to sign in."""
        _result: SignInMethods = self._call("GET", "/api/v1/sign-in-methods", returns="json")
        return _result

    def request_password_reset(self, body: PasswordResetRequestInput, *, idempotency_key: str | None = None) -> None:
        """Send a one-time link to reset a password, if a user has this e-mail address; the response does not tell."""
        self._call("POST", "/api/v1/password-resets", headers={"Idempotency-Key": idempotency_key}, body=body, returns="none")

    def complete_password_reset(self, body: PasswordResetInput) -> Me:
        """Set a password with a link that was sent by e-mail, once, and sign in; all other sessions end."""
        _result: Me = self._call("POST", "/api/v1/password-resets/complete", body=body, returns="json")
        return _result

    def begin_single_sign_on(self, body: SingleSignOnInput) -> SingleSignOn:
        """Begin to sign in with OpenID Connect: returns the URL at the provider; the response sets a cookie."""
        _result: SingleSignOn = self._call("POST", "/api/v1/sso", body=body, returns="json")
        return _result

    def complete_single_sign_on(self, body: SingleSignOnResponseInput) -> SignedIn:
        """Sign in with the response of the provider; the response sets the session cookie."""
        _result: SignedIn = self._call("POST", "/api/v1/sso/complete", body=body, returns="json")
        return _result

    def get_me(self, *, if_none_match: str | None = None) -> Me:
        """Get the caller and its rights."""
        _result: Me = self._call("GET", "/api/v1/me", headers={"If-None-Match": if_none_match}, returns="json")
        return _result

    def change_me(self, body: MePatch) -> Me:
        """Set your own password; your other sessions end."""
        _result: Me = self._call("PATCH", "/api/v1/me", body=body, returns="json")
        return _result

    def list_my_sessions(self, *, limit: int | None = None, cursor: str | None = None) -> SessionList:
        """List your sessions, newest first (not with a token)."""
        _result: SessionList = self._call("GET", "/api/v1/me/sessions", query={"limit": limit, "cursor": cursor}, returns="json")
        return _result

    def end_my_sessions(self) -> None:
        """End your other sessions (not with a token)."""
        self._call("DELETE", "/api/v1/me/sessions", returns="none")

    def get_my_session(self, id: str, *, if_none_match: str | None = None) -> Session:
        """Get one of your sessions (not with a token)."""
        _result: Session = self._call("GET", "/api/v1/me/sessions/{id}", params={"id": id}, headers={"If-None-Match": if_none_match}, returns="json")
        return _result

    def end_my_session(self, id: str) -> None:
        """End one of your sessions (not with a token)."""
        self._call("DELETE", "/api/v1/me/sessions/{id}", params={"id": id}, returns="none")

    def list_my_tokens(self, *, limit: int | None = None, cursor: str | None = None) -> TokenList:
        """List your tokens; with a token: itself and those created with it."""
        _result: TokenList = self._call("GET", "/api/v1/me/tokens", query={"limit": limit, "cursor": cursor}, returns="json")
        return _result

    def create_my_token(self, body: TokenInput) -> CreatedToken:
        """Create a token with rights that you have; its value is returned once."""
        _result: CreatedToken = self._call("POST", "/api/v1/me/tokens", body=body, returns="json")
        return _result

    def delete_my_tokens(self) -> None:
        """Delete your other tokens; with a token: those created with it."""
        self._call("DELETE", "/api/v1/me/tokens", returns="none")

    def get_my_token(self, id: str, *, if_none_match: str | None = None) -> Token:
        """Get one of your tokens."""
        _result: Token = self._call("GET", "/api/v1/me/tokens/{id}", params={"id": id}, headers={"If-None-Match": if_none_match}, returns="json")
        return _result

    def delete_my_token(self, id: str, *, if_match: str | None = None) -> None:
        """Delete one of your tokens."""
        self._call("DELETE", "/api/v1/me/tokens/{id}", params={"id": id}, headers={"If-Match": if_match}, returns="none")

    def list_users(self, *, limit: int | None = None, cursor: str | None = None, email: str | None = None, status: Literal["enabled", "disabled"] | None = None, role_id: str | None = None) -> UserList:
        """List users, newest first."""
        _result: UserList = self._call("GET", "/api/v1/users", query={"limit": limit, "cursor": cursor, "email": email, "status": status, "roleId": role_id}, returns="json")
        return _result

    def create_user(self, body: UserInput) -> InvitedUser:
        """Create a user; without a password the response contains `inviteUrl`, returned once."""
        _result: InvitedUser = self._call("POST", "/api/v1/users", body=body, returns="json")
        return _result

    def get_user(self, id: str, *, if_none_match: str | None = None) -> User:
        """Get a user."""
        _result: User = self._call("GET", "/api/v1/users/{id}", params={"id": id}, headers={"If-None-Match": if_none_match}, returns="json")
        return _result

    def change_user(self, id: str, body: UserPatch, *, if_match: str | None = None) -> User:
        """Change a user (JSON Merge Patch)."""
        _result: User = self._call("PATCH", "/api/v1/users/{id}", params={"id": id}, headers={"If-Match": if_match}, body=body, returns="json")
        return _result

    def delete_user(self, id: str, *, if_match: str | None = None) -> None:
        """Delete a user with all sessions and tokens."""
        self._call("DELETE", "/api/v1/users/{id}", params={"id": id}, headers={"If-Match": if_match}, returns="none")

    def invite_user(self, id: str) -> InvitedUser:
        """Create a new one-time link to set a password; the previous one stops working."""
        _result: InvitedUser = self._call("POST", "/api/v1/users/{id}/invite", params={"id": id}, returns="json")
        return _result

    def list_roles(self, *, limit: int | None = None, cursor: str | None = None, name: str | None = None) -> RoleList:
        """List roles, newest first."""
        _result: RoleList = self._call("GET", "/api/v1/roles", query={"limit": limit, "cursor": cursor, "name": name}, returns="json")
        return _result

    def create_role(self, body: RoleInput, *, idempotency_key: str | None = None) -> Role:
        """Create a role with rights that you have."""
        _result: Role = self._call("POST", "/api/v1/roles", headers={"Idempotency-Key": idempotency_key}, body=body, returns="json")
        return _result

    def get_role(self, id: str, *, if_none_match: str | None = None) -> Role:
        """Get a role."""
        _result: Role = self._call("GET", "/api/v1/roles/{id}", params={"id": id}, headers={"If-None-Match": if_none_match}, returns="json")
        return _result

    def change_role(self, id: str, body: RolePatch, *, if_match: str | None = None) -> Role:
        """Change a role (JSON Merge Patch)."""
        _result: Role = self._call("PATCH", "/api/v1/roles/{id}", params={"id": id}, headers={"If-Match": if_match}, body=body, returns="json")
        return _result

    def delete_role(self, id: str, *, if_match: str | None = None) -> None:
        """Delete a role that no user has."""
        self._call("DELETE", "/api/v1/roles/{id}", params={"id": id}, headers={"If-Match": if_match}, returns="none")

    def list_tokens(self, *, limit: int | None = None, cursor: str | None = None, name: str | None = None, user_id: str | None = None) -> TokenList:
        """List the tokens of all users, newest first."""
        _result: TokenList = self._call("GET", "/api/v1/tokens", query={"limit": limit, "cursor": cursor, "name": name, "userId": user_id}, returns="json")
        return _result

    def create_token(self, body: TokenInput) -> CreatedToken:
        """Create a token of your own; its value is returned once."""
        _result: CreatedToken = self._call("POST", "/api/v1/tokens", body=body, returns="json")
        return _result

    def get_token(self, id: str, *, if_none_match: str | None = None) -> Token:
        """Get a token."""
        _result: Token = self._call("GET", "/api/v1/tokens/{id}", params={"id": id}, headers={"If-None-Match": if_none_match}, returns="json")
        return _result

    def change_token(self, id: str, body: TokenPatch, *, if_match: str | None = None) -> Token:
        """Change a token (JSON Merge Patch)."""
        _result: Token = self._call("PATCH", "/api/v1/tokens/{id}", params={"id": id}, headers={"If-Match": if_match}, body=body, returns="json")
        return _result

    def delete_token(self, id: str, *, if_match: str | None = None) -> None:
        """Delete a token."""
        self._call("DELETE", "/api/v1/tokens/{id}", params={"id": id}, headers={"If-Match": if_match}, returns="none")

    def list_rights(self) -> DescribedRightList:
        """List all rights with their display names."""
        _result: DescribedRightList = self._call("GET", "/api/v1/rights", returns="json")
        return _result

    def livez(self) -> dict[str, Any]:
        """Liveness check."""
        _result: dict[str, Any] = self._call("GET", "/livez", returns="json")
        return _result

    def readyz(self, *, verbose: str | None = None) -> dict[str, Any]:
        """Readiness check: the instance accepts and delivers events."""
        _result: dict[str, Any] = self._call("GET", "/readyz", query={"verbose": verbose}, returns="json")
        return _result

    def healthz(self) -> dict[str, Any]:
        """The same as /readyz."""
        _result: dict[str, Any] = self._call("GET", "/healthz", returns="json")
        return _result

    def version(self) -> dict[str, Any]:
        """The version of Millrace and its components, and whether it has an Inbox."""
        _result: dict[str, Any] = self._call("GET", "/version", returns="json")
        return _result

    def metrics(self) -> str:
        """Metrics in the OpenMetrics format, or that of Prometheus with `Accept: text/plain` (public when the server listens only on loopback)."""
        _result: str = self._call("GET", "/metrics", returns="str")
        return _result

    def openapi(self) -> dict[str, Any]:
        """This description as OpenAPI 3.1."""
        _result: dict[str, Any] = self._call("GET", "/openapi.json", returns="json")
        return _result

    def send_events(self, key: str, body: SendEventsBody, *, idempotency_key: str | None = None, millrace_trace: str | None = None) -> SendEventsResult:
        """Send events to a collector: all are stored on disk, or none. A body has at most 1 MiB."""
        _result: SendEventsResult = self._call("POST", "/v3/{key}", params={"key": key}, headers={"Idempotency-Key": idempotency_key, "Millrace-Trace": millrace_trace}, body=body, returns="json")
        return _result

    def send_pixel(self, key: str, *, values: dict[str, str] | None = None) -> bytes:
        """Send one event, whose names and values are the query, and get an image."""
        _result: bytes = self._call("GET", "/{key}/dcs.gif", params={"key": key}, query={"values": values}, returns="bytes")
        return _result
