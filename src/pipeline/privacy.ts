import { createHmac, randomBytes } from 'node:crypto';
import type { Clock } from '../async/clock.ts';
import { byItself } from '../contract/by-itself.ts';
import { settingsId } from '../contract/documents/settings.ts';
import type { IncomingEvent } from '../contract/records/event.ts';
import { Secret } from '../contract/secret.ts';
import { compileMasks, type FieldMasks } from './field-masks.ts';
import { compiledById } from './snapshot/compiled-by-id.ts';
import { settingsOf } from './snapshot/effective-settings.ts';
import type { Configuration } from './snapshot/snapshot.ts';

type Masked = (events: readonly IncomingEvent[]) => Promise<IncomingEvent[]>;

/** The masks for the events of a collector; null: there are none. */
export type IntakeMasks = (collectorId: string) => Masked | null;

/**
 * The masks for the events of a collector before they are matched or stored: the rules of the collector, then those of
 * the installation.
 */
export function intakePrivacy(configuration: Configuration, clock: Pick<Clock, 'now'>): IntakeMasks {
  const known = compiledById<Masked | null>(configuration, 'collector');

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

/** Maps a text to a code of 132 bits, always the same one, which reveals nothing about the text without the key. */
type Hash = (text: string) => string;

/**
 * The hash function of this installation. Its key is stored encrypted in the settings, is created when it is first
 * needed, and never changes, so that codes of different times can be compared.
 */
export async function hashOf(configuration: Configuration, clock: Pick<Clock, 'now'>): Promise<Hash> {
  const known = settingsOf(configuration.snapshot).hashKey;
  const key = known ?? settingsOf(await withKey(configuration, new Date(clock.now()).toISOString())).hashKey;
  if (key === null) throw new Error('the settings were stored without their key');
  const bytes = Buffer.from(key.reveal(), 'base64');
  return (text) => createHmac('sha256', bytes).update(text).digest('base64url').slice(0, 22);
}

function withKey(configuration: Configuration, now: string) {
  return configuration.change(byItself, (snapshot) => {
    const before = settingsOf(snapshot);
    if (before.hashKey !== null) return [];
    const stored = snapshot.documents.settings.get(settingsId);
    const document = {
      kind: 'settings' as const,
      id: settingsId,
      version: (stored?.version ?? 0) + 1,
      body: { ...before, hashKey: new Secret(randomBytes(32).toString('base64'), now) },
      createdAt: stored?.createdAt ?? now,
      updatedAt: now,
      updatedBy: byItself.principal,
    };
    return [{ op: 'put', document }];
  });
}
