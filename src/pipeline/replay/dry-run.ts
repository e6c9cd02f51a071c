import { setImmediate } from 'node:timers/promises';
import { limited } from '../../async/batcher.ts';
import type { Clock } from '../../async/clock.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import { maskHeaders, scrubRequest } from '../../connections/secret-redaction.ts';
import { firstWithin } from '../../contract/json-size.ts';
import type { ReplayInput, ReplayPlan, ReplaySample } from '../../contract/records/replay.ts';
import { replayLimits } from '../../contract/records/replay-limits.ts';
import type { JournalLog } from '../../journal/journal.ts';
import type { Attempter } from '../attempt/attempter.ts';
import { type Pinned, pinnedVersions } from '../attempt/delivery-plan.ts';
import type { RenderEngine } from '../attempt/render.ts';
import type { Work } from '../attempt/work.ts';
import { dryRenderWork } from '../preview/dry-render.ts';
import type { Configuration } from '../snapshot/snapshot.ts';
import { hasChanged, wasRejected } from './past-outcome.ts';
import { type Chosen, chooser } from './selection.ts';
import { newestOf, readSources } from './source.ts';

/** The caller waits for the plan. */
const planMsMax = 5_000;
const atOnce = 200;

type PlanOptions = {
  configuration: Configuration;
  log: JournalLog;
  attempter: Pick<Attempter, 'render' | 'build'>;
  engine: RenderEngine;
  pinned(wanted: Chosen['delivery']): Pinned | Promise<Pinned>;
  scrub(text: string): string;
};

/** `upTo`: the newest event or delivery at that time. */
export type Planned = ReplayPlan & { upTo: string | null };

/** Plans at once, since each reads much. */
const plansMax = 2;

export type ReplayPlanner = (ask: { input: ReplayInput; samples: boolean }) => Promise<Planned>;

/** Runs the selection of a replay with the same code, and counts. Nothing is stored or sent. */
export function replayPlanner({
  catalog,
  clock,
  ...options
}: Omit<PlanOptions, 'pinned'> & { catalog: Catalog; clock: Pick<Clock, 'now'> }): ReplayPlanner {
  const pinned = pinnedVersions(options.configuration, catalog);
  return limited(plansMax, ({ input, samples }) =>
    planReplay({ ...options, pinned }, input, { now: clock.now(), samples }),
  );
}

async function planReplay(
  options: PlanOptions,
  input: ReplayInput,
  { now, samples }: { now: number; samples: boolean },
): Promise<Planned> {
  const { log } = options;
  const { snapshot } = options.configuration;
  const end = performance.now() + planMsMax;
  const upTo = await newestOf(input, log, now);
  const choose = chooser({ input, snapshot, log, replayId: null, now });
  const leftOut = new Map<ReplayPlan['leftOut'][number]['reason'], number>();
  const target = new Map<string, number>();
  const first: Chosen[] = [];
  let looked = 0;
  let deliveries = 0;
  let duplicates = 0;
  let rejected = 0;
  let changed = 0;
  let isLast = false;
  for (let cursor: string | null = null; !isLast; ) {
    if (looked >= replayLimits.planned || performance.now() > end) break;
    const sources = await readSources(input, log, { upTo, cursor, limit: atOnce, now });
    looked += sources.found.length;
    for (const decision of await choose(sources.found))
      if (typeof decision === 'string') leftOut.set(decision, (leftOut.get(decision) ?? 0) + 1);
      else {
        const { destinationId } = decision.delivery;
        const { source, isRepeated } = decision;
        deliveries += 1;
        if (isRepeated) duplicates += 1;
        if (source !== null && wasRejected(source)) rejected += 1;
        if (source !== null && hasChanged(source, snapshot.documents)) changed += 1;
        target.set(destinationId, (target.get(destinationId) ?? 0) + 1);
        if (first.length < replayLimits.samples) first.push(decision);
      }
    ({ cursor, isLast } = sources);
    await setImmediate(); // other work gets its turn
  }
  return {
    upTo,
    looked,
    deliveries,
    complete: isLast,
    leftOut: Array.from(leftOut, ([reason, count]) => ({ reason, count })),
    duplicates,
    rejected,
    changed,
    destinations: Array.from(target, ([destinationId, count]) => ({ destinationId, count })),
    durationMs: durationOf(input, target, snapshot.documents),
    samples: samples
      ? firstWithin(await Promise.all(first.map((chosen) => sampleOf(options, chosen, now))), sampleBytesMax)
      : null,
  };
}

/** The longest of the times at the replay's own rate and at those of the connections and destinations. */
function durationOf(
  { ratePerSecond }: ReplayInput,
  target: ReadonlyMap<string, number>,
  documents: Configuration['snapshot']['documents'],
): number | null {
  const times: number[] = [];
  const addTime = (count: number, rate: { limit: number | null; perMs: number } | null | undefined) => {
    if (rate?.limit != null) times.push((count * rate.perMs) / rate.limit);
  };
  const perConnection = new Map<string, number>();
  let all = 0;
  for (const [destinationId, count] of target) {
    const body = documents.destination.get(destinationId)?.body;
    if (body === undefined) continue;
    all += count;
    perConnection.set(body.connectionId, (perConnection.get(body.connectionId) ?? 0) + count);
    addTime(count, body.settings.rate);
  }
  for (const [id, count] of perConnection) addTime(count, documents.connection.get(id)?.body.settings.rate);
  addTime(all, { limit: ratePerSecond, perMs: 1_000 });
  return times.length === 0 ? null : Math.ceil(Math.max(...times));
}

/** Bytes of JSON of all samples; the first one can be larger. */
const sampleBytesMax = 4 * 1_048_576;

async function sampleOf(options: PlanOptions, { delivery }: Chosen, now: number): Promise<ReplaySample> {
  const { destinationId, eventId, actionId, source } = delivery;
  const sample = { deliveryId: source, eventId, actionId, destinationId };
  const { action, to } = await options.pinned(delivery);
  if (to === null) return { ...sample, request: null, problem: 'Its destination was deleted.' };
  const kept = delivery.keepsBody && source !== null ? await options.log.delivery(source) : null;
  const dry = dryRenderWork({ action, ...to }, now, options.engine);
  const work: Work = {
    ...dry,
    idempotencyKey: delivery.idempotencyKey ?? dry.idempotencyKey,
    event: eventId === null ? null : await options.log.event(eventId),
    rendered: kept?.rendered ?? null,
  };
  const rendering = await options.attempter.render(work);
  if (rendering.kind !== 'rendered') return { ...sample, request: null, problem: options.scrub(rendering.reason) };
  const built = options.attempter.build(work, rendering.rendered);
  if (!built.ok) return { ...sample, request: null, problem: built.detail };
  const headers = maskHeaders(built.request.headers, to.secretHeaders);
  return { ...sample, request: scrubRequest({ ...built.request, headers }, options.scrub), problem: null };
}
