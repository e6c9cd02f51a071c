import type { Delivery } from '../../contract/records/delivery.ts';
import type { Event } from '../../contract/records/event.ts';
import type { ExplainedCondition, MappedField } from '../../contract/records/explanation.ts';

/** An event without payloads:view. */
export function withoutData(event: Event): Event {
  return { ...event, data: {}, ext: {}, session: {} };
}

/**
 * A delivery without payloads:view: bodies are null, and URLs lose their query string, which can contain event data.
 */
export function withoutPayloads(delivery: Delivery): Delivery {
  if (delivery.attemptLog === undefined) return delivery;
  const attemptLog = delivery.attemptLog.map((attempt) => ({
    ...attempt,
    request:
      attempt.request === null
        ? null
        : { ...attempt.request, url: attempt.request.url.replace(/\?.*$/s, ''), body: null },
    response: attempt.response === null ? null : { ...attempt.response, body: null },
  }));
  return { ...delivery, attemptLog };
}

/** A mapping without payloads:view: values from the event are null. */
export function withoutMapped<T extends { mapping: MappedField[] }>(destination: T): T {
  const mapping = destination.mapping.map((one) => (one.from === 'parameter' ? { ...one, value: null } : one));
  return { ...destination, mapping };
}

/** An explanation without payloads:view: values from the event are null. */
export function withoutValues(tree: ExplainedCondition): ExplainedCondition {
  if (tree.kind === 'comparison') return { ...tree, actual: null };
  if ('conditions' in tree) return { ...tree, conditions: tree.conditions.map(withoutValues) };
  return { ...tree, condition: withoutValues(tree.condition) };
}
