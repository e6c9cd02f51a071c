import { limited } from '../../async/batcher.ts';
import type { ActionBody } from '../../contract/documents/action.ts';
import { invalid } from '../../contract/errors.ts';
import type { Event } from '../../contract/records/event.ts';
import type { LeftOutReason, ReplayInput } from '../../contract/records/replay.ts';
import { isFinished, type JournalLog, type LoggedDelivery, type ReplayedDelivery } from '../../journal/journal.ts';
import { compileCondition } from '../../rules/compile.ts';
import { sendsTo } from '../attempt/mapping.ts';
import type { DestinationPlan } from '../snapshot/destination-plan.ts';
import { behaviorConditions } from '../snapshot/rule-compiler.ts';
import type { Document, Snapshot } from '../snapshot/snapshot.ts';
import { readsAtOnce, type Source } from './source.ts';

/**
 * A delivery that a replay creates. `isRepeated`: the same data was delivered before; `source`: the delivery that it repeats,
 * as it was read.
 */
export type Chosen = { delivery: ReplayedDelivery; isRepeated: boolean; source: LoggedDelivery | null };

type Log = Pick<JournalLog, 'deliveries' | 'delivery' | 'event'>;

/** The fields of another delivery that decide whether it excludes this one. */
type Other = Pick<LoggedDelivery, 'test' | 'actionId' | 'destinationId' | 'status' | 'replayId'>;

/**
 * The data for a decision: the deliveries of its family, or of its event; whether there is something to send, a body or
 * the event; and its order key, or that finding it threw. Events are large, so that none is kept.
 */
type Seen = { others: readonly Other[]; hasData: boolean; orderKey?: number | undefined; threw?: boolean };

/** `taken`: the families, or events with action and destination, that are selected already. */
type Selection<Of extends ReplayInput['of']> = {
  input: Extract<ReplayInput, { of: Of }>;
  snapshot: Snapshot;
  replayId: string | null;
  taken: Set<string>;
};

type ChooserOptions = { input: ReplayInput; snapshot: Snapshot; log: Log; replayId: string | null; now: number };

/** The delivery to create, or why there is none. */
type Decision = Chosen | LeftOutReason;

/**
 * Decides which deliveries a replay creates for some sources, in their order, by the current configuration. A delivery
 * and all its repetitions are one family, which a replay sends at most once. `replayId` null: it has created no
 * deliveries yet.
 */
export function chooser(of: ChooserOptions): (sources: readonly Source[]) => Promise<Decision[]> {
  const { input, snapshot, replayId } = of;
  const rest = { snapshot, replayId, taken: new Set<string>() };
  const choose: (source: Source, seen: Seen) => Decision[] =
    input.of === 'events' ? chooseByEvent({ ...rest, input }) : chooseByDelivery({ ...rest, input });
  const lookAt = limited(readsAtOnce, (source: Source) => look(source, of));
  return async (sources) => {
    const seen = await Promise.all(sources.map(lookAt));
    return sources.flatMap((source, index) => choose(source, seen[index] ?? nothingSeen));
  };
}

const nothingSeen: Seen = { others: [], hasData: false };

async function look(source: Source, { input, snapshot, log, replayId, now }: ChooserOptions): Promise<Seen> {
  if (source.kind === 'unknown') return nothingSeen;
  if (source.kind === 'event')
    return { others: await allOthers({ eventId: source.event.id }, log, now), hasData: true };
  if (passedOver(source.delivery, input) !== null) return nothingSeen;
  const { id, replayOf, destinationId } = source.delivery;
  const to = orNull(() => ({ plan: snapshot.planOf(input.to?.destinationId ?? destinationId) }));
  if (to === null) return { ...nothingSeen, threw: true };
  const hasBody = input.of === 'deliveries' && input.body === 'original' && source.delivery.attempts > 0;
  const [first, repeats, stored] = await Promise.all([
    replayOf === null ? source.delivery : log.delivery(replayOf),
    mayHaveRepeats(source.delivery) ? allOthers({ replayOf: replayOf ?? id }, log, now) : [],
    hasBody && to.plan?.orderKeyOf === null
      ? { hasData: true }
      : lookAtEvent(source.delivery, log, to.plan, replayId ?? ''),
  ]);
  return { others: first === null ? repeats : [first, ...repeats], ...stored, hasData: hasBody || stored.hasData };
}

/** Whether a delivery may have others in its family, by how lists show it: which is certain once it ended or is held. */
function mayHaveRepeats({ replayOf, replayedBy, status }: LoggedDelivery): boolean {
  const isCertain = status === 'held' || (isFinished(status) && status !== 'delivered');
  return replayOf !== null || replayedBy !== undefined || !isCertain;
}

async function lookAtEvent({ eventId }: LoggedDelivery, log: Log, to: DestinationPlan | null, replayId: string) {
  const event = eventId === null ? null : await log.event(eventId);
  if (event === null) return { hasData: false };
  const found = orNull(() => ({ orderKey: to?.orderKeyOf?.(event, replayId) }));
  return { hasData: true, ...(found ?? { threw: true }) };
}

/** null: it threw. One source with rules, or a destination, that throw must not end the replay of the others. */
function orNull<T extends object>(make: () => T): T | null {
  try {
    return make();
  } catch {
    return null;
  }
}

const pageSize = 200;

/** All deliveries of an event, or all that repeat a delivery. */
async function allOthers(of: { eventId: string } | { replayOf: string }, log: Log, now: number): Promise<Other[]> {
  const found: Other[] = [];
  for (let before: string | undefined; ; ) {
    const cursor = before === undefined ? {} : { before };
    const page: LoggedDelivery[] = await log.deliveries({ ...of, ...cursor, limit: pageSize, closed: [], now });
    for (const { test, actionId, destinationId, status, replayId } of page)
      found.push({ test, actionId, destinationId, status, replayId });
    if (page.length < pageSize) return found;
    before = page.at(-1)?.id;
  }
}

/** The reasons that need no other data. */
function passedOver({ test, status }: LoggedDelivery, { only }: ReplayInput): LeftOutReason | null {
  if (test) return 'test';
  return only === 'failed' && status !== 'failed' ? 'not_failed' : null;
}

/**
 * Decides about one delivery, unless `others`, the deliveries of the same data to the same destination, exclude it.
 * `key` is its family, or its event with action and destination.
 */
function decide(
  { input, replayId, taken }: Selection<'deliveries'> | Selection<'events'>,
  key: string,
  others: readonly Other[],
  make: () => Omit<Chosen, 'isRepeated'> | LeftOutReason,
): Decision {
  const isRepeated = others.some(({ status }) => status === 'delivered');
  if (taken.has(key)) return 'repeated';
  if (others.some((one) => one.replayId !== null && one.replayId === replayId)) return 'repeated';
  if (others.some(({ status }) => status !== 'held' && !isFinished(status))) return 'unfinished';
  if (isRepeated && input.only !== 'all') return 'already_delivered';
  const chosen = make();
  if (typeof chosen === 'string') return chosen;
  taken.add(key);
  return { ...chosen, isRepeated };
}

function chooseByDelivery(selection: Selection<'deliveries'>) {
  const { input } = selection;
  const { documents } = selection.snapshot;
  const choose = (one: LoggedDelivery, { others, hasData, orderKey, threw }: Seen): Decision => {
    const reasonAlone = passedOver(one, input);
    if (reasonAlone !== null) return reasonAlone;
    if (threw === true) return 'rule_error';
    const isOriginal = input.body === 'original';
    const destination = documents.destination.get(input.to?.destinationId ?? one.destinationId);
    if (destination === undefined) return 'destination_deleted';
    const action = one.actionId === null ? null : (documents.action.get(one.actionId) ?? null);
    if (one.actionId !== null && action === null) return 'action_deleted';
    // Without its mapping the whole event would be sent.
    if (!isOriginal && action !== null && !sendsTo(action.body, destination.id)) return 'not_in_action';
    const root = one.replayOf ?? one.id;
    const same = others.filter(({ destinationId }) => destinationId === destination.id);
    return decide(selection, root, same, () => {
      if (!hasData) return 'event_removed';
      const delivery: ReplayedDelivery = {
        eventId: one.eventId,
        actionId: one.actionId,
        actionVersion: isOriginal ? one.actionVersion : (action?.version ?? null),
        destinationId: destination.id,
        destinationVersion: isOriginal ? one.destinationVersion : destination.version,
        connectionId: destination.body.connectionId,
        replayOf: root,
        source: one.id,
        keepsBody: isOriginal,
        idempotencyKey: input.keepIdempotencyKey ? root : null,
        ...(orderKey !== undefined && { orderKey }),
      };
      return { delivery, source: one };
    });
  };
  return (source: Source, seen: Seen): Decision[] => [
    source.kind === 'delivery' ? choose(source.delivery, seen) : 'unknown',
  ];
}

function chooseByEvent(selection: Selection<'events'>) {
  const { input, snapshot, replayId } = selection;
  const fires = firing(input.to, snapshot);
  return (source: Source, { others }: Seen): Decision[] => {
    if (source.kind !== 'event') return ['unknown'];
    const { event } = source;
    const { fired, threw } = fires(event);
    const failed = Array.from({ length: threw }, () => 'rule_error' as const);
    if (fired.length === 0 && threw === 0) return ['no_rule_matched'];
    const decisions = fired.map(({ action, destinationId }) => {
      const destination = snapshot.documents.destination.get(destinationId);
      if (destination === undefined) return 'destination_deleted';
      const same = others.filter(
        (one) => !one.test && one.actionId === action.id && one.destinationId === destinationId,
      );
      const found = orNull(() => ({ orderKey: snapshot.planOf(destinationId)?.orderKeyOf?.(event, replayId ?? '') }));
      if (found === null) return 'rule_error';
      const { orderKey } = found;
      const delivery: ReplayedDelivery = {
        eventId: event.id,
        actionId: action.id,
        actionVersion: action.version,
        destinationId,
        destinationVersion: destination.version,
        connectionId: destination.body.connectionId,
        replayOf: null,
        source: null,
        keepsBody: false,
        idempotencyKey: null,
        ...(orderKey !== undefined && { orderKey }),
      };
      const key = `${event.id} ${action.id} ${destinationId}`;
      return decide(selection, key, same, () => ({ delivery, source: null }));
    });
    return [...decisions, ...failed];
  };
}

/**
 * Throws AppError `invalid_value` when a replay names an unknown object, or a time range that ends before it begins.
 */
export function checkReplay(input: ReplayInput, { documents }: Snapshot): void {
  const { filter = {} } = input;
  const [from, to] =
    'receivedAfter' in filter || 'receivedBefore' in filter
      ? [filter.receivedAfter, filter.receivedBefore]
      : 'createdAfter' in filter || 'createdBefore' in filter
        ? [filter.createdAfter, filter.createdBefore]
        : [];
  if (from !== undefined && to !== undefined && Date.parse(from) >= Date.parse(to))
    refuse('/filter', 'The time range ends before it begins.');
  const { to: target } = input;
  if (target === null) return;
  const { destinationId } = target;
  if (destinationId !== undefined && !documents.destination.has(destinationId))
    refuse('/to/destinationId', 'There is no such destination.');
  if (!('actionId' in target)) return;
  const action = documents.action.get(target.actionId) ?? refuse('/to/actionId', 'There is no such action.');
  if (destinationId !== undefined && !sendsTo(action.body, destinationId))
    refuse('/to/destinationId', 'The action does not send to this destination.');
}

function refuse(pointer: string, detail: string): never {
  throw invalid([{ pointer, detail }]);
}

type Fired = { action: Document<ActionBody>; destinationId: string };

/** The actions that an event fires, once for each of their destinations; `threw`: the number of those whose rules threw. */
function firing(
  to: Extract<ReplayInput, { of: 'events' }>['to'],
  { rules, documents }: Snapshot,
): (event: Event) => { fired: Fired[]; threw: number } {
  const firedBy = (action: Document<ActionBody>) =>
    action.body.destinations.map(({ destinationId }) => ({ action, destinationId }));
  if (to === null)
    return (event) => {
      let threw = 0;
      const matched = rules.match(event, () => threw++);
      return { fired: matched.flatMap(({ action }) => firedBy(action)), threw };
    };
  const action = documents.action.get(to.actionId);
  if (action === undefined) return () => ({ fired: [], threw: 0 });
  const fired = firedBy(action).filter((one) => (to.destinationId ?? one.destinationId) === one.destinationId);
  const compiled = compileCondition(action.body.rules, behaviorConditions(documents.behavior.values()));
  const matches = to.ignoreRules ? () => true : compiled.ok ? compiled.condition.matches : () => false;
  return (event) => {
    const found = orNull(() => ({ isMatch: matches(event) }));
    return { fired: found?.isMatch ? fired : [], threw: found === null ? 1 : 0 };
  };
}
