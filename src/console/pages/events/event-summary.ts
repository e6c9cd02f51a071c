import type { RouteResponse } from '../../../client/client.ts';
import type { Delivery, DeliveryStatus } from '../../../contract/records/delivery.ts';
import { outcomes, event as words } from '../../messages/en.ts';
import {
  clausesOf,
  clauseWords,
  decidingBehavior,
  decidingGroup,
  decisionAt,
  foundFirst,
  foundSentence,
} from './decision.ts';

export type Explanation = RouteResponse<'explainEvent'>;
export type ExplainedAction = Explanation['actions'][number];

const w = words.summary;

/** What became of an event, in one or a few sentences: sent, or why not, down to the clause that decided. */
export function eventSummary(
  { actions, leftOut = 0 }: Pick<Explanation, 'actions'> & { leftOut?: number },
  maySee: boolean,
): string[] {
  const deliveries = actions.flatMap((action) => action.deliveries).filter(({ test }) => !test);
  if (deliveries.length > 0) return deliverySentences(deliveries);
  if (actions.length === 0) return [w.none];
  const matched = actions.filter((action) => action.matched);
  const enabled = matched.find(({ status }) => status === 'enabled');
  if (enabled !== undefined) return [w.noDelivery(enabled.name)];
  const [disabled] = matched;
  if (disabled !== undefined) return [w.disabled(disabled.name)];
  const nearest = actions.find(({ status }) => status === 'enabled') ?? actions[0];
  return [w.nothing(actions.length + leftOut), ...(nearest === undefined ? [] : nameAndClause(nearest, maySee))];
}

function nameAndClause(action: ExplainedAction, maySee: boolean): string[] {
  return because(action, maySee, (clause, found) => w.because(action.name, clause, found));
}

/** Why an Action did not match: what it needs, and what the event has there. Empty when no single clause decided. */
export function because(
  { decidedBy, explanation }: Pick<ExplainedAction, 'decidedBy' | 'explanation'>,
  maySee: boolean,
  say: (clause: string, found: string) => string = w.needs,
): string[] {
  const decision = decisionAt(explanation, decidedBy);
  const group = decidingGroup(explanation, decidedBy);
  if (group?.kind === 'any') {
    const behavior = decidingBehavior(explanation, decidedBy);
    return [behavior === null ? w.noneOf(clausesOf(group)) : say(w.behavior(behavior.name), foundFirst(group, maySee))];
  }
  if (decision === null) return [];
  const { leaf, isNegated } = decision;
  return [say(clauseWords(leaf, isNegated), foundSentence(leaf, maySee))];
}

function deliverySentences(deliveries: readonly Delivery[]): string[] {
  const of = (...states: DeliveryStatus[]) => deliveries.filter(({ status }) => states.includes(status));
  const say = (some: readonly Delivery[], sentence: (count: number) => string) =>
    some.length === 0 ? [] : [sentence(some.length)];
  const sayWhy = (some: readonly Delivery[], sentence: (count: number, why: string) => string) =>
    Array.from(Map.groupBy(some, whyOf), ([why, same]) => sentence(same.length, why));
  const reached = new Set(of('delivered').map(({ destinationId }) => destinationId));
  return [
    ...sayWhy(
      of('failed').filter(({ replayedBy }) => replayedBy?.status !== 'delivered'),
      w.failed,
    ),
    ...say(
      of('failed').filter(({ replayedBy }) => replayedBy?.status === 'delivered'),
      w.recovered,
    ),
    ...sayWhy(of('held'), w.held),
    ...say(of('pending', 'sending', 'retrying'), w.waiting),
    ...say(of('skipped'), w.skipped),
    ...say(of('cancelled'), w.cancelled),
    ...(reached.size === 0 ? [] : [w.sent(reached.size)]),
  ];
}

function whyOf({ reason }: Delivery): string {
  return reason === null ? w.unknown : outcomes.reason[reason].why;
}
