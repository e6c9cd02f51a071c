import type { Clock } from '../../async/clock.ts';
import type { Authenticator } from '../../connections/authenticator.ts';
import { byItself } from '../../contract/by-itself.ts';
import type { Journal } from '../../journal/journal.ts';
import type { Telemetry } from '../../telemetry/telemetry.ts';
import type { Configuration } from '../snapshot/snapshot.ts';
import type { Dispatcher } from './dispatcher.ts';

/** A destination that responded 410 is gone: nothing more is sent until a person resumes it. */
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

/**
 * Applies a saved change of a connection or destination: deliveries stored as held are retried, and those
 * with enough failures for a smaller `releaseAfter` leave their order. When a person resumes
 * it, the pauses that its system asked for end.
 */
export function followConfiguration(options: {
  configuration: Configuration;
  journal: Pick<Journal, 'log'>;
  dispatcher: Pick<Dispatcher, 'wake' | 'endPauses'>;
  authenticator: Pick<Authenticator, 'forget' | 'endPause'>;
  clock: Clock;
  telemetry: Pick<Telemetry, 'failed' | 'configurationChanged'>;
}): Disposable {
  const { configuration, journal, dispatcher, authenticator, clock, telemetry } = options;
  let before = configuration.snapshot;
  const stop = configuration.watch((snapshot, changes) => {
    const { documents: old } = before;
    before = snapshot;
    const touched = new Set<string>();
    for (const { op, document } of changes) {
      const { kind, id, version, updatedBy } = document;
      telemetry.configurationChanged({ kind, id, version, op, by: updatedBy });
      if (kind === 'connection' && op === 'delete') authenticator.forget(id);
      if (updatedBy === 'millrace') continue;
      if (kind !== 'destination' && kind !== 'connection') continue;
      const destinationIds = kind === 'destination' ? [id] : [...snapshot.destinationsOf(id)];
      for (const destinationId of destinationIds) touched.add(destinationId);
      const isResumed = snapshot.documents[kind].get(id)?.body.status === 'enabled';
      if (!isResumed || (old[kind].get(id)?.body.status ?? 'enabled') === 'enabled') continue;
      if (kind === 'connection') authenticator.endPause(id);
      dispatcher.endPauses(kind === 'connection' ? id : null, destinationIds);
    }
    if (touched.size > 0) void release([...touched]).catch((error) => telemetry.failed(error, 'release deliveries'));
  });

  async function release(destinationIds: string[]) {
    for (const id of destinationIds) {
      await journal.log.release(id, clock.now());
      const { order } = configuration.snapshot.documents.destination.get(id)?.body.settings ?? {};
      if (order?.releaseAfter != null) await journal.log.releaseOrder(id, order.releaseAfter);
    }
    dispatcher.wake(destinationIds);
  }

  return { [Symbol.dispose]: stop };
}
