import { mapInSteps } from '../../async/steps.ts';
import type { ActionBody } from '../../contract/documents/action.ts';
import type { Delivery } from '../../contract/records/delivery.ts';
import type { Event } from '../../contract/records/event.ts';
import { partsOf } from '../../contract/records/explained-parts.ts';
import {
  type ExplainedComparison,
  type ExplainedCondition,
  type Explanation,
  type MappedField,
  shownValueMax,
} from '../../contract/records/explanation.ts';
import { explainMapping } from '../../pipeline/attempt/mapping.ts';
import { momentOf, shownDelivery } from '../../pipeline/insight/shown-delivery.ts';
import { classOf } from '../../pipeline/rule-faults.ts';
import { behaviorConditions } from '../../pipeline/snapshot/rule-compiler.ts';
import type { Snapshot } from '../../pipeline/snapshot/snapshot.ts';
import { type CompiledCondition, compileCondition, sharedParts } from '../../rules/compile.ts';
import { cutValue } from '../../rules/cut-value.ts';
import type { ApiParts } from '../call/call.ts';

/**
 * The current action, why its rules match an event or not, and the mapped fields of its destinations. `isShortened`: the
 * explanation is the deciding part alone, and the mapped fields are left out.
 */
type ExplainedAction = Explanation & {
  actionId: string;
  name: string;
  status: 'enabled' | 'disabled';
  destinations: { destinationId: string; mapping: MappedField[] }[];
  isShortened: boolean;
  /** What its rules or its mapping threw; null: nothing. The explanation is empty then. */
  error: { kind: string; text: string } | null;
};

/** Bytes of the whole explanations of one event, and of all explanations with the shortened ones. */
const explainedMax = { whole: 400_000, all: 4 * 1_048_576 } as const;

/**
 * Explains events by the current rules of all actions, compiled once. Other work runs in between, since there may be
 * thousands of actions.
 */
export function actionExplainer({ documents }: Pick<Snapshot, 'documents'>) {
  const behaviors = behaviorConditions(documents.behavior.values());
  const shared = sharedParts();
  let compiled: Promise<Compiled[]> | null = null;
  const compiledActions = () => (compiled ??= compileActions());

  async function compileActions(): Promise<Compiled[]> {
    const actions = await mapInSteps(documents.action.values(), ({ id, body }) => {
      const { name, status, rules, destinations } = body;
      const one = compileCondition(rules, behaviors, shared);
      return one.ok ? [{ actionId: id, name, status, destinations, condition: one.condition }] : [];
    });
    return actions.flat();
  }

  return {
    /** Which actions match the event, and what decided. */
    async results(event: Event) {
      return mapInSteps(await compiledActions(), ({ actionId, name, status, condition }) => {
        const { result, decidedBy } = orNothing(() => condition.explain(event), notMatching);
        return { actionId, name, status, result, decidedBy };
      });
    },

    /**
     * The explanation of each action. Those of `near` actions and of actions that match come first when there is no
     * room for all: others are shortened, then left out, which `leftOut` counts.
     */
    async explain(event: Event, near: ReadonlySet<string> = new Set()) {
      const all = await compiledActions();
      const matching = await mapInSteps(all, ({ condition }) => orNothing(() => condition.matches(event), false));
      const isNear = (at: number) => matching[at] === true || near.has(all[at]?.actionId ?? '');
      const order = [...all.keys()].sort((a, b) => Number(isNear(b)) - Number(isNear(a)));
      const room: Room = { whole: explainedMax.whole, all: explainedMax.all };
      const explained = await mapInSteps(order, (at) => explainOrSayError(all[at], event, room));
      const inOrder: (ExplainedAction | null)[] = [];
      for (const [place, at] of order.entries()) inOrder[at] = explained[place] ?? null;
      const actions = inOrder.filter((one) => one !== null);
      return { actions, leftOut: all.length - actions.length };
    },
  };
}

type Compiled = Omit<ExplainedAction, keyof Explanation | 'destinations' | 'isShortened' | 'error'> & {
  destinations: ActionBody['destinations'];
  condition: CompiledCondition;
};

type Room = { whole: number; all: number };

const notMatching: Explanation = {
  result: false,
  decidedBy: null,
  tree: { kind: 'all', pointer: '', result: false, conditions: [] },
};

/** Rules that throw do not match, as in the matcher. */
function orNothing<T>(evaluate: () => T, nothing: T): T {
  try {
    return evaluate();
  } catch {
    return nothing;
  }
}

function explainOrSayError(action: Compiled | undefined, event: Event, room: Room): ExplainedAction | null {
  try {
    return explainWithin(action, event, room);
  } catch (error) {
    if (action === undefined) throw error;
    const { condition: _, ...named } = action;
    const text = String(error).slice(0, shownValueMax.whole);
    const said = { kind: classOf(error), text };
    const explained = { ...named, ...notMatching, destinations: [], isShortened: false, error: said };
    room.all -= bytesOf(explained);
    return explained;
  }
}

/** The explanation of an action, shortened when there is no room for the whole; null without room for either. */
function explainWithin(action: Compiled | undefined, event: Event, room: Room): ExplainedAction | null {
  if (action === undefined || room.all <= 0) return null;
  const { condition, destinations, ...named } = action;
  if (room.whole > 0) {
    const explanation = condition.explain(event);
    const explained = { ...named, ...explanation, destinations: [] as ExplainedAction['destinations'] }; // filled below
    let size = bytesOf(explained);
    for (const { destinationId, mapping } of size > room.whole ? [] : destinations) {
      const mapped = { destinationId, mapping: explainMapping(mapping, event) };
      size += bytesOf(mapped);
      explained.destinations.push(mapped);
      if (size > room.whole) break;
    }
    if (size <= room.whole) {
      room.whole -= size;
      room.all -= size;
      return { ...explained, isShortened: false, error: null };
    }
    // A smaller one may have room, but not thousands of tries.
    room.whole = Math.floor(room.whole / 2);
  }
  const { result, decidedBy, tree } = condition.explain(event);
  const part = shortenedTree(tree, decidedBy);
  const shortened = { ...named, result, decidedBy, tree: part, destinations: [], isShortened: true, error: null };
  room.all -= bytesOf(shortened);
  return shortened;
}

const bytesOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value));

/** The way through a tree to the part that decided; of a group that did, its first comparisons. */
function shortenedTree(tree: ExplainedCondition, decidedBy: string | null): ExplainedCondition {
  return wayTo(tree, decidedBy) ?? { kind: 'all', pointer: tree.pointer, result: tree.result, conditions: [] };
}

function wayTo(tree: ExplainedCondition, pointer: string | null): ExplainedCondition | null {
  if (tree.kind === 'comparison') return tree.pointer === pointer ? shortenedComparison(tree) : null;
  if ('conditions' in tree && tree.pointer === pointer) {
    const comparisons = tree.conditions.filter((one) => one.kind === 'comparison');
    return { ...tree, conditions: comparisons.slice(0, shownOfGroup).map(shortenedComparison) };
  }
  for (const one of partsOf(tree)) {
    const found = wayTo(one, pointer);
    if (found !== null) return 'conditions' in tree ? { ...tree, conditions: [found] } : { ...tree, condition: found };
  }
  return null;
}

const shownOfGroup = 3;

function shortenedComparison(comparison: ExplainedComparison): ExplainedComparison {
  const value = cutValue(comparison.value, shownValueMax.shortened);
  const actual = cutValue(comparison.actual, shownValueMax.shortened);
  return {
    ...comparison,
    value: value.value as ExplainedComparison['value'], // cutting keeps the type
    actual: actual.value,
    isCut: comparison.isCut || value.isCut || actual.isCut,
  };
}

/** Limit of deliveries read for one event. */
export const deliveriesMax = 1_000;

/** The deliveries of one event as the API returns them, newest first. */
export async function deliveriesOfEvent(
  { journal, pipeline: { queueStatus }, now: clock }: Pick<ApiParts, 'journal' | 'pipeline' | 'now'>,
  eventId: string,
  most = deliveriesMax,
): Promise<Delivery[]> {
  const closed = queueStatus.holds();
  const now = clock();
  const limits = { limit: most, closed: [...closed.keys()], now };
  return (await journal.log.deliveries({ eventId, ...limits })).map((one) =>
    shownDelivery(one, momentOf(one, queueStatus, closed.get(one.destinationId), now)),
  );
}

/** The states of an event's deliveries, without tests; `most` are read. */
export async function statesOfEvent(
  parts: Parameters<typeof deliveriesOfEvent>[0],
  eventId: string,
  most = deliveriesMax,
) {
  const deliveries = (await deliveriesOfEvent(parts, eventId, most)).filter(({ test }) => !test);
  return deliveries.map(({ id, actionId, status }) => ({ id, actionId, status }));
}
