import type { ActionBody } from '../../contract/documents/action.ts';
import { jsonSize } from '../../contract/json-size.ts';
import { type ActionCheck, listedMax } from '../../contract/records/check.ts';
import type { Event } from '../../contract/records/event.ts';
import { mappingOf } from '../attempt/mapping.ts';
import type { Document } from '../snapshot/snapshot.ts';
import { type CheckContext, eachRendered, refOf } from './check-context.ts';
import { bodyOf, type Draft, type DryRender, draftDocument } from './dry-render.ts';

/** Bytes of JSON of all lists of a check; a first item can be larger. */
const listedBytesMax = 4 * 1_048_576;

/** Events that a check examines at most; most of them may match neither version of the action. */
const lookedMax = 20_000;

/** Tests the draft of an action on the newest events that match it or the stored action, at most `last`. */
export async function checkAction(context: CheckContext, action: Draft<'action'>, last: number): Promise<ActionCheck> {
  const { stored, tried } = draftDocument('action', action, context.snapshot);
  const conditions = [tried.body.rules, ...(stored === null ? [] : [stored.body.rules])];
  const routes = routesOf(context, stored, tried);
  const found: Pick<ActionCheck, 'newlyMatched' | 'noLonger' | 'bodiesChanged' | 'threw' | 'skipped'> = {
    newlyMatched: [],
    noLonger: [],
    bodiesChanged: [],
    threw: [],
    skipped: [],
  };
  const counts = { newlyMatched: 0, noLonger: 0, bodiesChanged: 0, threw: 0, skipped: 0, sent: 0 };
  let looked = 0;
  let checked = 0;
  let matched = 0;
  let listedBytes = 0;

  function note<K extends keyof typeof found>(kind: K, one: (typeof found)[K][number]) {
    counts[kind] += 1;
    const list: (typeof one)[] = found[kind];
    if (list.length >= listedMax || listedBytes > listedBytesMax) return;
    const bytes = jsonSize(one, listedBytesMax);
    if (listedBytes === 0 || listedBytes + bytes <= listedBytesMax) list.push(one);
    listedBytes += bytes;
  }

  async function* matching(): AsyncGenerator<{ event: Event; wasMatched: boolean; route: Route }> {
    for await (const { event, holds } of context.judged(conditions, lookedMax)) {
      looked += 1;
      const [isMatched = false, wasMatched = false] = holds;
      if (!isMatched && !wasMatched) continue;
      checked += 1;
      if (isMatched) matched += 1;
      if (isMatched && !wasMatched) note('newlyMatched', refOf(event));
      if (wasMatched && !isMatched) note('noLonger', refOf(event));
      if (isMatched) for (const route of routes) yield { event, wasMatched, route };
      if (checked === last) return;
    }
  }

  const trials = eachRendered(matching(), async ({ event, wasMatched, route }) => {
    const isCompared = wasMatched && route.before !== route.after;
    const [old, now] = await Promise.all([isCompared ? route.before?.(event) : null, route.after?.(event)]);
    return { isCompared, before: bodyOf(old), after: bodyOf(now), trial: now };
  });
  for await (const [{ event, route }, { isCompared, trial, ...bodies }] of trials) {
    const of = { event: refOf(event), destinationId: route.destinationId };
    if (trial?.kind === 'threw') {
      const { kind: _, ...why } = trial;
      note('threw', { ...of, ...why });
    }
    if (trial?.kind === 'skipped') note('skipped', { ...of, reason: trial.reason });
    if (trial?.kind === 'ok') counts.sent += 1;
    if (!isCompared || bodies.before === bodies.after) continue;
    note('bodiesChanged', { ...of, ...bodies });
  }
  return { looked, checked, matched, ...found, counts };
}

/** A destination in either version of the action. `before` is `after` when the draft can't make a difference. */
type Route = { destinationId: string; before: Try | null; after: Try | null };
type Try = (event: Event) => Promise<DryRender>;

function routesOf(context: CheckContext, stored: Document<ActionBody> | null, tried: Document<ActionBody>): Route[] {
  const { destination: destinations, connection: connections } = context.snapshot.documents;
  const uses = (action: Document<ActionBody> | null, id: string) =>
    action?.body.destinations.some((row) => row.destinationId === id) === true;
  const ids = new Set(
    [...tried.body.destinations, ...(stored?.body.destinations ?? [])].map((row) => row.destinationId),
  );
  return [...ids].flatMap((destinationId): Route[] => {
    const destination = destinations.get(destinationId);
    const connection = destination && connections.get(destination.body.connectionId);
    if (destination === undefined || connection === undefined) return [];
    const courseOf = (action: Document<ActionBody>) => context.dryRenderOf({ action, destination, connection });
    const after = uses(tried, destinationId) ? courseOf(tried) : null;
    if (stored === null || !uses(stored, destinationId)) return [{ destinationId, before: null, after }];
    const isSame = after !== null && seenByTemplate(stored, destinationId) === seenByTemplate(tried, destinationId);
    return [{ destinationId, before: isSame ? after : courseOf(stored), after }];
  });
}

/** The properties of an action that a destination's template can read. */
function seenByTemplate({ body }: Document<ActionBody>, destinationId: string): string {
  return JSON.stringify([body.name, mappingOf(body, destinationId)]);
}
