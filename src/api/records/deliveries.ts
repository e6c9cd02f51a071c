import { curlCommand } from '../../contract/documents/curl.ts';
import { AppError } from '../../contract/errors.ts';
import type { Attempt, Delivery, DeliveryStatus } from '../../contract/records/delivery.ts';
import type { LastAttempt } from '../../contract/routes/records/deliveries.ts';
import type { DeliveryQuery, LoggedDelivery } from '../../journal/journal.ts';
import { momentOf, shownDelivery } from '../../pipeline/insight/shown-delivery.ts';
import type { ApiParts, Call, Handlers, QueryOf } from '../call/call.ts';
import { withoutPayloads } from '../call/payload-redaction.ts';
import { contentTag } from '../http/etag.ts';
import { type Cursor, isIdOf, neighbours, pageOfCut, pageOfSearch, readCursor } from '../http/pagination.ts';
import { given } from '../http/without-undefined.ts';

type Ids =
  | 'listDeliveries'
  | 'getDelivery'
  | 'getLastAttempts'
  | 'retryDelivery'
  | 'cancelDelivery'
  | 'getDeliveryCurl';

/** Limit of stored deliveries read for one page, when the displayed state differs from the stored one. */
const scannedMax = 2_000;
const scannedAtOnce = 200;

export function deliveryHandlers(parts: ApiParts): Handlers<Ids> {
  const { log } = parts.journal;
  const { queueStatus, configuration, events } = parts.pipeline;

  function show(logged: LoggedDelivery): Delivery {
    const closed = queueStatus.closed().get(logged.destinationId);
    return shownDelivery(logged, momentOf(logged, queueStatus, closed, parts.now()));
  }

  async function load(id: string) {
    const found = await log.delivery(id);
    if (found === null) throw new AppError('not_found', `There is no delivery ${id}; it may have been removed.`);
    return found;
  }

  async function answer({
    params,
    reply,
    may,
  }: Call<Exclude<Ids, 'listDeliveries' | 'getLastAttempts'>>): Promise<Delivery> {
    const { rendered: _, ...logged } = await load(params.id);
    const shown = may('payloads:view') ? show(logged) : withoutPayloads(show(logged));
    reply.header('etag', contentTag(shown));
    return shown;
  }

  /** Rows next to the cursor, nearest first, in list order. */
  async function rows(query: QueryOf<'listDeliveries'>, cursor: Cursor, limit: number): Promise<LoggedDelivery[]> {
    const { limit: _l, cursor: _c, reason: _r, status, createdAfter, createdBefore, ...same } = query;
    const filters: Omit<DeliveryQuery, 'status'> = {
      ...given(same),
      ...(createdAfter === undefined ? {} : { createdAfter: Date.parse(createdAfter) }),
      ...(createdBefore === undefined ? {} : { createdBefore: Date.parse(createdBefore) }),
      ...neighbours(cursor),
      limit,
      closed: [...queueStatus.closed().keys()],
      now: parts.now(),
    };
    if (status === undefined) return log.deliveries(filters);
    // A delivery in flight is stored as pending or retrying, or is about to be held.
    const stored = status === 'sending' ? (['pending', 'retrying', 'held'] as const) : ([status] as const);
    const lists = await Promise.all(stored.map((one) => log.deliveries({ ...filters, status: one })));
    const merged = lists.flat().sort((a, b) => (a.id < b.id ? 1 : -1));
    return cursor?.side === 'newer' ? merged.slice(-limit) : merged.slice(0, limit);
  }

  return {
    async listDeliveries({ query }) {
      const cursor = readCursor(query.cursor, isIdOf('dlv'));
      const { limit } = query;
      const placeOf = (one: Delivery) => one.id;
      const { status, reason } = query;
      if (reason === undefined && (status === undefined || isStoredAsShown(status)))
        return pageOfCut((await rows(query, cursor, limit + 1)).map(show), { cursor, limit, placeOf });
      // Rows whose displayed state differs from the stored one are skipped, so more may have to be read.
      const side = cursor?.side ?? 'older';
      let found: Delivery[] = [];
      let from = cursor;
      let reached: string | null = null;
      for (let scanned = 0; found.length <= limit && scanned < scannedMax; scanned += scannedAtOnce) {
        const chunk = await rows(query, from, scannedAtOnce);
        const last = side === 'newer' ? chunk.at(0) : chunk.at(-1);
        reached = chunk.length === scannedAtOnce && last !== undefined ? last.id : null;
        const fitting = chunk
          .map(show)
          .filter((one) => (status ?? one.status) === one.status && (reason ?? one.reason) === one.reason);
        found = side === 'newer' ? [...fitting, ...found] : [...found, ...fitting];
        if (reached === null) break;
        from = { side, at: reached };
      }
      return pageOfSearch(found, { cursor, limit, placeOf, reached });
    },

    getDelivery: answer,

    async getLastAttempts({ query }) {
      const found = await Promise.all(query.ids.map((id) => log.delivery(id)));
      const data = found.flatMap((one) => (one === null ? [] : [{ deliveryId: one.id, last: lastOf(one.attemptLog) }]));
      return { data };
    },

    async retryDelivery(call) {
      const { id } = call.params;
      const { render } = call.body();
      const { test, destinationId, actionId, replayId } = await load(id);
      if (test) throw new AppError('conflict', 'A test is sent once. Start another test.');
      if (queueStatus.isSending(id)) throw new AppError('conflict', 'The delivery is in flight. Wait for its outcome.');
      const { destination, action } = configuration.snapshot.documents;
      const target = destination.get(destinationId);
      if (target === undefined) throw new AppError('conflict', 'Its destination was deleted.');
      const present = actionId === null ? null : (action.get(actionId)?.version ?? null);
      const pins = { actionVersion: present, destinationVersion: target.version };
      const entry = call.entry({ id, changes: render ? [{ pointer: '/render', after: true }] : [] });
      const isKnown = await log.retry({ id, now: parts.now(), render: render ? pins : null }, entry);
      if (!isKnown) throw new AppError('not_found', `There is no delivery ${id}.`);
      parts.telemetry.audited(entry);
      queueStatus.wake([destinationId], replayId);
      return answer(call);
    },

    async cancelDelivery(call) {
      const { id } = call.params;
      const delivery = await load(id);
      const entry = call.entry({ id });
      const wasUnfinished = await log.cancel(id, parts.now(), entry);
      // The delivery may be queued in memory: no await between the journal's response and waking the queue.
      if (wasUnfinished === true) queueStatus.wake([delivery.destinationId], delivery.replayId);
      if (wasUnfinished === null) throw new AppError('not_found', `There is no delivery ${id}.`);
      if (!wasUnfinished) throw new AppError('conflict', 'The delivery is already finished.');
      parts.telemetry.audited(entry);
      if (!delivery.test) events.emit('ended', delivery, { status: 'cancelled' }, 1);
      return answer(call);
    },

    async getDeliveryCurl({ params }) {
      const { attemptLog } = await load(params.id);
      const last = attemptLog.findLast((one) => one.request !== null);
      if (last?.request == null) throw new AppError('not_found', 'No request of this delivery has been sent yet.');
      return curlCommand(last.request);
    },
  };
}

function lastOf(attempts: readonly Attempt[]): LastAttempt['last'] {
  const last = attempts.at(-1);
  if (last === undefined) return null;
  const { startedAt, durationMs, outcome, response, error } = last;
  return { startedAt, durationMs, outcome, status: response?.status ?? null, errorKind: error?.kind ?? null };
}

/** Finished states are displayed as stored; unfinished deliveries can be in flight or behind a hold. */
function isStoredAsShown(status: DeliveryStatus): boolean {
  return status === 'delivered' || status === 'failed' || status === 'skipped' || status === 'cancelled';
}
