import { curlCommand } from '../../contract/documents/curl.ts';
import type { DestinationBody } from '../../contract/documents/destination.ts';
import type { Attempt, Delivery, LastAttempt } from '../../contract/records/delivery.ts';
import type { LoggedDelivery } from '../../journal/journal.ts';
import type { CommandedDelivery } from '../../pipeline/commands/delivery-commands.ts';
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

async function retry(call: Call<'retryDelivery'>, parts: ApiParts, delivery: LoggedDelivery, render: boolean) {
  const { id, connectionId } = delivery;
  const entry = call.entry({ id, changes: render ? [{ pointer: '/render', after: true }] : [] });
  await parts.pipeline.askOwner(connectionId, 'retry', { delivery: commandedOf(delivery), render, entry });
  parts.telemetry.audited(entry);
}

async function cancel(call: Call<'cancelDelivery'>, parts: ApiParts, delivery: LoggedDelivery): Promise<void> {
  const entry = call.entry({ id: delivery.id });
  await parts.pipeline.askOwner(delivery.connectionId, 'cancel', { delivery: commandedOf(delivery), entry });
  parts.telemetry.audited(entry);
}

/** What its owner needs to know of a delivery. */
function commandedOf(delivery: LoggedDelivery): CommandedDelivery {
  const { id, test, actionId, actionVersion, destinationId, destinationVersion, connectionId, replayId } = delivery;
  return { id, test, actionId, actionVersion, destinationId, destinationVersion, connectionId, replayId };
}

function lastOf(attempts: readonly Attempt[]): LastAttempt['last'] {
  const last = attempts.at(-1);
  if (last === undefined) return null;
  const { startedAt, durationMs, outcome, response, error } = last;
  return { startedAt, durationMs, outcome, status: response?.status ?? null, errorKind: error?.kind ?? null };
}
