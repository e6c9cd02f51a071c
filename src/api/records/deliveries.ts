import { curlCommand } from '../../contract/documents/curl.ts';
import type { DestinationBody } from '../../contract/documents/destination.ts';
import { AppError } from '../../contract/errors.ts';
import type { Attempt, Delivery, LastAttempt } from '../../contract/records/delivery.ts';
import { isFinished, type LoggedDelivery } from '../../journal/journal.ts';
import { presentVersions } from '../../pipeline/attempt/delivery-plan.ts';
import { momentOf, shownDelivery } from '../../pipeline/insight/shown-delivery.ts';
import type { ApiParts, Call, Handlers } from '../call/call.ts';
import { isFixedPath, withoutPayloads } from '../call/payload-redaction.ts';
import { found } from '../http/validate.ts';
import { deliveryListHandlers } from './delivery-lists.ts';

type Acts = 'retryDelivery' | 'cancelDelivery';

export function deliveryHandlers(parts: ApiParts) {
  const { log } = parts.journal;
  const { queueStatus } = parts.pipeline;

  function show(logged: LoggedDelivery): Delivery {
    const closed = queueStatus.holds().get(logged.destinationId);
    return shownDelivery(logged, momentOf(logged, queueStatus, closed, parts.now()));
  }

  async function load(id: string) {
    return found(await log.delivery(id), `There is no delivery ${id}; it may have been removed.`);
  }

  async function read({ params, may }: Call<'getDelivery' | Acts>): Promise<Delivery> {
    const { rendered: _, ...logged } = await load(params.id);
    if (may('payloads:view')) return show(logged);
    const fixed = await fixedPaths(logged);
    return withoutPayloads(show(logged), (version) => fixed.has(version));
  }

  /** The versions of its destination that were sent, and whose path has no tags. */
  async function fixedPaths({ destinationId: id, attemptLog }: { destinationId: string; attemptLog: Attempt[] }) {
    const fixed = new Set<number>();
    for (const version of new Set(attemptLog.map(({ versions }) => versions.destination))) {
      const [sent] = await parts.catalog.versions({ kind: 'destination', id, before: version + 1, limit: 1 });
      const { path } = (sent?.body ?? {}) as Partial<DestinationBody>; // loaded as a destination
      if (sent?.version === version && path !== undefined && isFixedPath(path)) fixed.add(version);
    }
    return fixed;
  }

  return {
    ...deliveryListHandlers(parts, show),

    getDelivery: read,

    async getLastAttempts({ query }) {
      const known = await Promise.all(query.ids.map((id) => log.delivery(id)));
      const data = known.flatMap((one) => (one === null ? [] : [{ deliveryId: one.id, last: lastOf(one.attemptLog) }]));
      return { data };
    },

    async retryDelivery(call) {
      const { render } = call.body();
      await retry(call, parts, await load(call.params.id), render);
      return read(call);
    },

    async cancelDelivery(call) {
      await cancel(call, parts, await load(call.params.id));
      return read(call);
    },

    async getDeliveryCurl({ params }) {
      const { attemptLog } = await load(params.id);
      const last = attemptLog.findLast((one) => one.request !== null);
      return curlCommand(found(last?.request, 'No request of this delivery has been sent yet.'));
    },
  } satisfies Partial<Handlers>;
}

/** Makes a delivery due now. `render`: with a new render by the current mapping and template. */
async function retry(
  { entry: entryOf }: Call<'retryDelivery'>,
  parts: ApiParts,
  delivery: LoggedDelivery,
  render: boolean,
): Promise<void> {
  const { id, test, destinationId, connectionId, replayId } = delivery;
  const { queueStatus, configuration, events } = parts.pipeline;
  if (test) throw new AppError('conflict', 'A test is sent once. Start another test.');
  if (queueStatus.isSending(id)) throw new AppError('conflict', 'The delivery is in flight. Wait for its outcome.');
  const { snapshot } = configuration;
  if (!snapshot.documents.destination.has(destinationId))
    throw new AppError('conflict', 'Its destination was deleted.');
  const pins = presentVersions(snapshot, delivery);
  const entry = entryOf({ id, changes: render ? [{ pointer: '/render', after: true }] : [] });
  const before = await parts.journal.log.retry({ id, now: parts.now(), render: render ? pins : null }, entry);
  if (before === null) throw new AppError('not_found', `There is no delivery ${id}.`);
  if (isFinished(before)) events.emit('reopened', delivery);
  parts.telemetry.audited(entry);
  const ended = queueStatus.endPauses(connectionId, [destinationId]);
  queueStatus.wake([destinationId], replayId);
  await ended;
}

async function cancel(call: Call<'cancelDelivery'>, parts: ApiParts, delivery: LoggedDelivery): Promise<void> {
  const { id, destinationId, replayId, test } = delivery;
  const { queueStatus, events } = parts.pipeline;
  const entry = call.entry({ id });
  const wasUnfinished = await parts.journal.log.cancel(id, parts.now(), entry);
  // The delivery may be queued in memory: no await between the journal's response and waking the queue.
  if (wasUnfinished === true) queueStatus.wake([destinationId], replayId);
  if (wasUnfinished === null) throw new AppError('not_found', `There is no delivery ${id}.`);
  if (!wasUnfinished) throw new AppError('conflict', 'The delivery is already finished.');
  parts.telemetry.audited(entry);
  if (!test) events.emit('ended', delivery, { status: 'cancelled' }, 1);
}

function lastOf(attempts: readonly Attempt[]): LastAttempt['last'] {
  const last = attempts.at(-1);
  if (last === undefined) return null;
  const { startedAt, durationMs, outcome, response, error } = last;
  return { startedAt, durationMs, outcome, status: response?.status ?? null, errorKind: error?.kind ?? null };
}
