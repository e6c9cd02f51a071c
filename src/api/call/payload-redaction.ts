import type { Parameter } from '../../contract/documents/parameter.ts';
import type { ActionCheck } from '../../contract/records/check.ts';
import type { Delivery } from '../../contract/records/delivery.ts';
import type { Event } from '../../contract/records/event.ts';
import { mapParts } from '../../contract/records/explained-parts.ts';
import type { ExplainedCondition, MappedField } from '../../contract/records/explanation.ts';
import type { InboxRequest } from '../../contract/records/inbox.ts';
import type { Issue } from '../../contract/records/issue.ts';
import { hiddenReason } from '../../pipeline/insight/hidden-reason.ts';

/** An event without payloads:view. */
export function withoutData(event: Event): Event {
  return { ...event, data: {}, ext: {}, session: {} };
}

/** A parameter without payloads:view: examples are values of events. */
export function withoutExamples(parameter: Parameter): Parameter {
  return { ...parameter, examples: [] };
}

/** A delivery of a list without payloads:view: what its template says is hidden. */
export function withoutReason(delivery: Delivery): Delivery {
  const { reason, detail } = delivery;
  const isOfTemplate = reason === 'template_error' || reason === 'template_skipped';
  return detail === null || !isOfTemplate ? delivery : { ...delivery, detail: hiddenReason(detail) };
}

/**
 * A delivery without payloads:view. Bodies are null. Hidden is what else can contain event data: the query string of
 * URLs, the path unless the destination's `path` had no tags in the version that was sent (`isFixed`), and the values of
 * all but the usual headers.
 */
export function withoutPayloads(delivery: Delivery, isFixed: (destinationVersion: number) => boolean): Delivery {
  if (delivery.attemptLog === undefined) return withoutReason(delivery);
  const attemptLog = delivery.attemptLog.map(({ request, response, ...attempt }) => ({
    ...attempt,
    request: request && {
      ...request,
      url: isFixed(attempt.versions.destination)
        ? request.url.replace(/\?.*$/s, '')
        : request.url.replace(/^(\w+:\/\/[^/?#]*).*$/s, '$1/[hidden]'),
      headers: request.headers.map(withoutValue),
      body: null,
    },
    response: response && { ...response, headers: response.headers.map(withoutValue), body: null },
  }));
  return withoutReason({ ...delivery, attemptLog });
}

/** An issue without payloads:view: what a template says is hidden. */
export function withoutQuote(issue: Issue): Issue {
  if (issue.kind !== 'template') return issue;
  const detail = hiddenReason(issue.detail);
  return { ...issue, detail, cause: issue.cause && { ...issue.cause, values: { ...issue.cause.values, detail } } };
}

/** The check of an action without payloads:view: events are counted and named, but what would be sent is hidden. */
export function withoutBodies(check: ActionCheck): ActionCheck {
  const bodiesChanged = check.bodiesChanged.map((one) => ({ ...one, before: null, after: null }));
  const threw = check.threw.map((one) => ({ ...one, reason: hiddenReason(one.reason) }));
  const skipped = check.skipped.map((one) => ({ ...one, reason: hiddenReason(one.reason) }));
  return { ...check, bodiesChanged, threw, skipped };
}

/** A request to the Inbox without payloads:view: what a sender chose freely is hidden, as in a delivery. */
export function withoutContent(request: InboxRequest): InboxRequest {
  const path = request.path.replace(/^(\/[^/]*\/[^/]*\/).+$/s, '$1[hidden]');
  return { ...request, path, query: '', headers: request.headers.map(withoutValue), body: '' };
}

export const isFixedPath = (path: string): boolean => !path.includes('{{');

const usualHeaders =
  /^(?:age|cache-control|connection|content-(?:encoding|length|type)|date|idempotency-key|keep-alive|millrace-hops|(?:x-)?ratelimit[\w-]*|retry-after|server|transfer-encoding|user-agent|vary|via|webhook-(?:id|timestamp))$/i;

function withoutValue([name, value]: [string, string]): [string, string] {
  return usualHeaders.test(name) || /^(?:\w+ )?\[secret\]$/.test(value) ? [name, value] : [name, '[hidden]'];
}

/** A mapping without payloads:view: values from the event are null. */
export function withoutMapped<T extends { mapping: MappedField[] }>(destination: T): T {
  const mapping = destination.mapping.map((one) => (one.from === 'parameter' ? { ...one, value: null } : one));
  return { ...destination, mapping };
}

/** An explanation without payloads:view: values from the event are null. */
export function withoutValues(tree: ExplainedCondition): ExplainedCondition {
  return tree.kind === 'comparison' ? { ...tree, actual: null } : mapParts(tree, withoutValues);
}
