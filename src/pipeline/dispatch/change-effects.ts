import type { Clock } from '../../async/clock.ts';
import type { Authenticator } from '../../connections/authenticator.ts';
import { originOf } from '../../connections/base-url.ts';
import { byItself } from '../../contract/by-itself.ts';
import type { Journal } from '../../journal/journal.ts';
import type { Telemetry } from '../../telemetry/telemetry.ts';
import type { Configuration } from '../snapshot/snapshot.ts';
import type { Deliverer } from './dispatcher.ts';

/** Where a destination belongs, and what a person set for its connection; null: gone, or no limit. */
export function placesOf(configuration: Configuration) {
  const documents = () => configuration.snapshot.documents;
  const connectionBody = (connectionId: string) => documents().connection.get(connectionId)?.body;
  const settingsOf = (connectionId: string) => connectionBody(connectionId)?.settings;
  return {
    connectionOf: (destinationId: string) => documents().destination.get(destinationId)?.body.connectionId ?? null,
    originOf(connectionId: string): string | null {
      const body = connectionBody(connectionId);
      return body === undefined ? null : originOf(body);
    },
    concurrencyOf: (connectionId: string) => settingsOf(connectionId)?.rate.concurrency ?? null,
    rateOf: (connectionId: string) => settingsOf(connectionId)?.rate ?? null,
    ownRateOf: (destinationId: string) => documents().destination.get(destinationId)?.body.settings.rate ?? null,
    orderOf: (destinationId: string) => documents().destination.get(destinationId)?.body.settings.order ?? null,
    breakerOf: (connectionId: string) => settingsOf(connectionId)?.breaker ?? null,
  };
}

/** A destination that answered 410 is gone for good: nothing more is sent until a person looks. */
export async function pauseDestination(
  configuration: Configuration,
  destinationId: string,
  now: number,
): Promise<void> {
  await configuration.change({ ...byItself, act: 'pause' }, ({ documents }) => {
    const document = documents.destination.get(destinationId);
    if (document === undefined || document.body.status !== 'enabled') return [];
    const body = { ...document.body, status: 'paused' as const };
    const updatedAt = new Date(now).toISOString();
    return [
      { op: 'put', document: { ...document, body, version: document.version + 1, updatedAt, updatedBy: 'millrace' } },
    ];
  });
}

/** What a saved change of a connection or destination sets in motion: deliveries stored as held get another chance. */
export function followConfiguration(options: {
  configuration: Configuration;
  journal: Pick<Journal, 'log'>;
  deliverer: Pick<Deliverer, 'wake'>;
  authenticator: Pick<Authenticator, 'forget'>;
  clock: Clock;
  telemetry: Pick<Telemetry, 'failed' | 'configurationChanged'>;
}): Disposable {
  const { configuration, journal, deliverer, authenticator, clock, telemetry } = options;
  const stop = configuration.watch((snapshot, changes) => {
    const touched = new Set<string>();
    for (const { op, document } of changes) {
      const { kind, id, version, updatedBy } = document;
      telemetry.configurationChanged({ kind, id, version, op, by: updatedBy });
      if (kind === 'connection' && op === 'delete') authenticator.forget(id);
      if (updatedBy === 'millrace') continue;
      if (kind === 'destination') touched.add(id);
      if (kind === 'connection') for (const destinationId of snapshot.destinationsOf(id)) touched.add(destinationId);
    }
    if (touched.size > 0) void release([...touched]).catch((error) => telemetry.failed(error, 'release deliveries'));
  });

  async function release(destinationIds: string[]) {
    for (const id of destinationIds) await journal.log.release(id, clock.now());
    deliverer.wake(destinationIds);
  }

  return { [Symbol.dispose]: stop };
}
