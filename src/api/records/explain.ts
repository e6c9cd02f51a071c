import type { Delivery } from '../../contract/records/delivery.ts';
import type { Event } from '../../contract/records/event.ts';
import type { Explanation, MappedField } from '../../contract/records/explanation.ts';
import { explainMapping } from '../../pipeline/attempt/field-mapping.ts';
import { momentOf, shownDelivery } from '../../pipeline/insight/shown-delivery.ts';
import { behaviorConditions } from '../../pipeline/snapshot/compiled-rules.ts';
import type { Snapshot } from '../../pipeline/snapshot/snapshot.ts';
import { compileCondition } from '../../rules/compile.ts';
import type { ApiParts } from '../call/call.ts';

/** An action as it is now, why its rules hold for an event or don't, and what its destinations would get. */
type ExplainedAction = Explanation & {
  actionId: string;
  name: string;
  status: 'enabled' | 'disabled';
  destinations: { destinationId: string; mapping: MappedField[] }[];
};

/** Explains events by the rules that actions have now, compiled once for all of them. */
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

/** How many deliveries of one event are looked at. */
const deliveriesMax = 1_000;

/** The deliveries of one event as people see them, newest first. */
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
