import type { Delivery } from '../../contract/records/delivery.ts';
import type { Event } from '../../contract/records/event.ts';
import type { Explanation, MappedField } from '../../contract/records/explanation.ts';
import { explainMapping } from '../../pipeline/attempt/render.ts';
import { momentOf, shownDelivery } from '../../pipeline/insight/shown-delivery.ts';
import { behaviorConditions } from '../../pipeline/snapshot/rule-compiler.ts';
import type { Snapshot } from '../../pipeline/snapshot/snapshot.ts';
import { compileCondition } from '../../rules/compile.ts';
import type { ApiParts } from '../call/call.ts';

/** The current action, why its rules match an event or not, and the mapped fields of its destinations. */
type ExplainedAction = Explanation & {
  actionId: string;
  name: string;
  status: 'enabled' | 'disabled';
  destinations: { destinationId: string; mapping: MappedField[] }[];
};

/** Explains events by the current rules of all actions, compiled once. */
export function actionExplainer({ documents }: Pick<Snapshot, 'documents'>): (event: Event) => ExplainedAction[] {
  const behaviors = behaviorConditions(documents.behavior.values());
  const compiled = [...documents.action.values()].flatMap(({ id, body: { name, status, rules, destinations } }) => {
    const one = compileCondition(rules, behaviors);
    return one.ok ? [{ actionId: id, name, status, destinations, condition: one.condition }] : [];
  });
  return (event) =>
    compiled.map(({ condition, destinations, ...action }) => ({
      ...action,
      ...condition.explain(event),
      destinations: destinations.map(({ destinationId, mapping }) => ({
        destinationId,
        mapping: explainMapping(mapping, event),
      })),
    }));
}

/** Limit of deliveries read for one event. */
const deliveriesMax = 1_000;

/** The deliveries of one event as the API returns them, newest first. */
export async function deliveriesOfEvent(
  { journal, pipeline: { queueStatus }, now: clock }: Pick<ApiParts, 'journal' | 'pipeline' | 'now'>,
  eventId: string,
): Promise<Delivery[]> {
  const closed = queueStatus.closed();
  const now = clock();
  const limits = { limit: deliveriesMax, closed: [...closed.keys()], now };
  return (await journal.log.deliveries({ eventId, ...limits })).map((one) =>
    shownDelivery(one, momentOf(one, queueStatus, closed.get(one.destinationId), now)),
  );
}

/** The states of an event's deliveries, without tests. */
export async function statesOfEvent(parts: Parameters<typeof deliveriesOfEvent>[0], eventId: string) {
  const deliveries = (await deliveriesOfEvent(parts, eventId)).filter(({ test }) => !test);
  return deliveries.map(({ id, actionId, status }) => ({ id, actionId, status }));
}
