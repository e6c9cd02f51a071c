import { curlCommand } from '../../contract/documents/curl.ts';
import { AppError } from '../../contract/errors.ts';
import type { Attempt, Delivery, LastAttempt } from '../../contract/records/delivery.ts';
import { isFinished, type LoggedDelivery } from '../../journal/journal.ts';
import { momentOf, shownDelivery } from '../../pipeline/insight/shown-delivery.ts';
import type { ApiParts, Call, Handlers, QueryOf } from '../call/call.ts';
import { withoutPayloads } from '../call/payload-redaction.ts';
import { byId, pageOfSearch, pageOfStored, type Range } from '../http/pagination.ts';
import { found } from '../http/validate.ts';
import { given } from '../http/without-undefined.ts';

type Acts = 'retryDelivery' | 'cancelDelivery';

/** Limit of stored deliveries read for one page, when the displayed state differs from the stored one. */
const scannedMax = 2_000;
const scannedAtOnce = 200;

export function deliveryHandlers(parts: ApiParts) {
  const { log } = parts.journal;
  const { queueStatus } = parts.pipeline;

  function show(logged: LoggedDelivery): Delivery {
    const closed = queueStatus.closed().get(logged.destinationId);
    return shownDelivery(logged, momentOf(logged, queueStatus, closed, parts.now()));
  }

  async function load(id: string) {
    return found(await log.delivery(id), `There is no delivery ${id}; it may have been removed.`);
  }

  async function answer({ params, may }: Call<'getDelivery' | Acts>): Promise<Delivery> {
    const { rendered: _, ...logged } = await load(params.id);
    return may('payloads:view') ? show(logged) : withoutPayloads(show(logged));
  }

  /** Rows next to a position, nearest first, in list order. */
  async function rows(query: QueryOf<'listDeliveries'>, range: Range & { limit: number }): Promise<LoggedDelivery[]> {
    const { limit: _l, cursor: _c, reason: _r, status, ...filters } = query;
    const closed = [...queueStatus.closed().keys()];
    const wanted = { ...given(filters), ...range, closed, now: parts.now() };
    if (status === undefined) return log.deliveries(wanted);
    // A delivery in flight is stored as pending or retrying, or is about to be held.
    const stored = status === 'sending' ? (['pending', 'retrying', 'held'] as const) : ([status] as const);
    const lists = await Promise.all(stored.map((one) => log.deliveries({ ...wanted, status: one })));
    const merged = lists.flat().sort((a, b) => (a.id < b.id ? 1 : -1));
    return range.after === undefined ? merged.slice(0, range.limit) : merged.slice(-range.limit);
  }

  return {
    async listDeliveries({ query }) {
      const { status, reason } = query;
      if (reason === undefined && (status === undefined || isFinished(status)))
        return pageOfStored(query, byId('dlv'), async (range) => (await rows(query, range)).map(show));
      // An unfinished delivery can be in flight or behind a hold. Rows whose displayed state differs from the stored one are skipped, so more may have to be read.
      let scanned = 0;
      return pageOfSearch(query, byId('dlv'), async (range) => {
        if (scanned >= scannedMax) return null;
        scanned += scannedAtOnce;
        const chunk = await rows(query, { ...range, limit: scannedAtOnce });
        const last = range.after === undefined ? chunk.at(-1) : chunk.at(0);
        const fitting = chunk
          .map(show)
          .filter((one) => (status ?? one.status) === one.status && (reason ?? one.reason) === one.reason);
        return { found: fitting, reached: chunk.length === scannedAtOnce ? (last?.id ?? null) : null };
      });
    },

    getDelivery: answer,

    async getLastAttempts({ query }) {
      const known = await Promise.all(query.ids.map((id) => log.delivery(id)));
      const data = known.flatMap((one) => (one === null ? [] : [{ deliveryId: one.id, last: lastOf(one.attemptLog) }]));
      return { data };
    },

    async retryDelivery(call) {
      const { render } = call.body();
      await retry(call, parts, await load(call.params.id), render);
      return answer(call);
    },

    async cancelDelivery(call) {
      await cancel(call, parts, await load(call.params.id));
      return answer(call);
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
  { id, test, destinationId, actionId, replayId }: LoggedDelivery,
  render: boolean,
): Promise<void> {
  const { queueStatus, configuration } = parts.pipeline;
  if (test) throw new AppError('conflict', 'A test is sent once. Start another test.');
  if (queueStatus.isSending(id)) throw new AppError('conflict', 'The delivery is in flight. Wait for its outcome.');
  const { destination, action } = configuration.snapshot.documents;
  const target = destination.get(destinationId);
  if (target === undefined) throw new AppError('conflict', 'Its destination was deleted.');
  const present = actionId === null ? null : (action.get(actionId)?.version ?? null);
  const pins = { actionVersion: present, destinationVersion: target.version };
  const entry = entryOf({ id, changes: render ? [{ pointer: '/render', after: true }] : [] });
  const isKnown = await parts.journal.log.retry({ id, now: parts.now(), render: render ? pins : null }, entry);
  if (!isKnown) throw new AppError('not_found', `There is no delivery ${id}.`);
  parts.telemetry.audited(entry);
  queueStatus.wake([destinationId], replayId);
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
