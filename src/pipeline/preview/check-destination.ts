import type { ActionBody } from '../../contract/documents/action.ts';
import { AppError } from '../../contract/errors.ts';
import { jsonSize } from '../../contract/json-size.ts';
import type { DestinationCheck } from '../../contract/records/check.ts';
import type { Event } from '../../contract/records/event.ts';
import type { Document } from '../snapshot/snapshot.ts';
import { type CheckContext, eachRendered, refOf } from './check-context.ts';
import { bodyOf, type Draft, draftDestination } from './dry-render.ts';

/** The number of events that are searched for matching ones. */
const searchedMax = 5_000;
/** Bytes of JSON of the rows of a check; the first row can be larger. */
const rowBytesMax = 4 * 1_048_576;

type Pair = { event: Event; action: Document<ActionBody> | null };

/** Renders the newest events for a destination with its draft, compared with the stored destination. */
export async function checkDestination(
  context: CheckContext,
  destination: Draft<'destination'>,
  { actionId, last }: { actionId: string | null; last: number },
): Promise<DestinationCheck> {
  const { stored, tried, connection } = draftDestination(destination, context.snapshot);
  const actions = actionsOf(context, actionId, stored?.id ?? null);

  const triesOf = remembered((action: Pair['action']) => {
    const after = context.dryRenderOf({ action, destination: tried, connection });
    const isCompared = stored !== null && stored !== tried;
    return { before: isCompared ? context.dryRenderOf({ action, destination: stored, connection }) : null, after };
  });
  const trials = eachRendered(pairs(context, actions, { actionId, last }), async ({ event, action }) => {
    const tries = triesOf(action);
    return Promise.all([tries.before?.(event) ?? null, tries.after(event)]);
  });

  const counts = { checked: 0, ok: 0, threw: 0, skipped: 0, changed: 0 };
  const rows: DestinationCheck['rows'] = [];
  let rowBytes = 0;
  for await (const [{ event, action }, [old, trial]] of trials) {
    const after = bodyOf(trial);
    const before = old !== null ? bodyOf(old) : stored === null ? null : after;
    const changed = old !== null && (old.kind !== trial.kind || before !== after);
    counts.checked += 1;
    counts[trial.kind] += 1;
    if (changed) counts.changed += 1;
    if (rowBytes > rowBytesMax) continue;
    const { kind: outcome, ...why } = trial.kind === 'ok' ? { kind: trial.kind, reason: null } : trial;
    const row = { event: refOf(event), actionId: action?.id ?? null, outcome, changed, before, after, ...why };
    rowBytes += jsonSize(row, rowBytesMax);
    if (rows.length === 0 || rowBytes <= rowBytesMax) rows.push(row);
  }
  return { ...counts, rows };
}

/** The newest events with the actions that they match; if no event matches, the newest of all. */
async function* pairs(
  context: CheckContext,
  actions: readonly Document<ActionBody>[],
  { actionId, last }: { actionId: string | null; last: number },
): AsyncGenerator<Pair> {
  const rules = actions.map(({ body }) => body.rules);
  const newest: Event[] = [];
  let found = 0;
  for await (const { event, holds } of context.judged(rules, rules.length === 0 ? last : searchedMax)) {
    if (newest.length < last) newest.push(event);
    for (const [at, action] of actions.entries()) {
      if (holds[at] !== true) continue;
      found += 1;
      yield { event, action };
      if (found === last) return;
    }
  }
  const named = actionId === null ? null : (actions[0] ?? null);
  if (found === 0) for (const event of newest) yield { event, action: named };
}

function actionsOf({ snapshot }: CheckContext, actionId: string | null, destinationId: string | null) {
  const { action } = snapshot.documents;
  if (actionId === null)
    return [...action.values()].filter(({ body }) =>
      body.destinations.some((row) => row.destinationId === destinationId),
    );
  const named = action.get(actionId);
  if (named === undefined) throw new AppError('not_found', `There is no action ${actionId}.`);
  return [named];
}

/** The result of `make` for each key, made once. */
function remembered<K, V>(make: (key: K) => V): (key: K) => V {
  const known = new Map<K, V>();
  return (key) => {
    const value = known.get(key) ?? make(key);
    known.set(key, value);
    return value;
  };
}
