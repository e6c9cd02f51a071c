import type { Clock } from '../../async/clock.ts';
import type { IncomingEvent } from '../../contract/records/event.ts';
import { settingsOf } from '../snapshot/effective-settings.ts';
import type { Configuration } from '../snapshot/snapshot.ts';
import { compileMasks, type FieldMasks } from './field-masks.ts';
import { hashOf } from './hash-key.ts';

type Masked = (events: readonly IncomingEvent[]) => Promise<IncomingEvent[]>;

/**
 * The masks for the events of a collector before they are matched or stored: the rules of the collector, then those of
 * the installation. null: there are none.
 */
export function intakePrivacy(
  configuration: Configuration,
  clock: Pick<Clock, 'now'>,
): (collectorId: string) => Masked | null {
  const known = new Map<string, Masked | null>();
  configuration.watch((_, changes) => {
    if (changes.some(({ document: { kind } }) => kind === 'settings' || kind === 'collector')) known.clear();
  });

  function compile(collectorId: string): Masked | null {
    const { snapshot } = configuration;
    // A collector that an older version stored lacks the setting.
    const own = snapshot.documents.collector.get(collectorId)?.body.privacy ?? null;
    const rules = [...(own === null ? [] : [own]), settingsOf(snapshot).privacy];
    if (compileMasks(rules, (text) => text) === null) return null;
    let masks: FieldMasks | null = null;
    return async (events) => {
      masks ??= compileMasks(rules, await hashOf(configuration, clock));
      return events.map((event) => masks?.(event) ?? event);
    };
  }

  return (collectorId) => {
    let masked = known.get(collectorId);
    if (masked === undefined) {
      masked = compile(collectorId);
      known.set(collectorId, masked);
    }
    return masked;
  };
}
