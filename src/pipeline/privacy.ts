import { createHmac, randomBytes } from 'node:crypto';
import type { Clock } from '../async/clock.ts';
import { byItself } from '../contract/by-itself.ts';
import type { DestinationBody } from '../contract/documents/destination.ts';
import type { DocumentKind } from '../contract/documents/document.ts';
import { settingsId } from '../contract/documents/settings.ts';
import type { IncomingEvent } from '../contract/records/event.ts';
import { Secret } from '../contract/secret.ts';
import { compileMasks, type FieldMasks, fieldMatcher } from './field-masks.ts';
import { type OperatorRetention, retentionOf, settingsOf } from './snapshot/effective-settings.ts';
import type { Configuration, Document, Snapshot } from './snapshot/snapshot.ts';

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

/**
 * The redaction policy of a destination's stored exchanges: how long bodies are kept (0: not at all; null: with the
 * delivery), and which fields are masked.
 */
export type RedactionPolicy = { bodiesMs: number | null; isMasked: ((name: string) => boolean) | null };

/** null: everything is kept as long as the delivery, so there is nothing to redact. */
function redactionPolicyOf(
  snapshot: Pick<Snapshot, 'documents'>,
  operator: OperatorRetention,
  { settings }: Pick<DestinationBody, 'settings'>,
): RedactionPolicy | null {
  // A destination that an older version stored lacks the setting.
  const own: DestinationBody['settings']['bodies'] | undefined = settings.bodies;
  const limits = [own?.keepMs ?? null, retentionOf(snapshot, operator).bodiesMs].filter((ms) => ms !== null);
  const patterns = [...(own?.mask ?? []), ...settingsOf(snapshot).privacy.stored];
  if (limits.length === 0 && patterns.length === 0) return null;
  return {
    bodiesMs: limits.length === 0 ? null : Math.min(...limits),
    isMasked: patterns.length === 0 ? null : fieldMatcher(patterns),
  };
}

export type RedactionPolicies = (destination: Pick<Document<DestinationBody>, 'id' | 'body'>) => RedactionPolicy | null;

/** The redaction policies of the current destinations, cached. */
export function redactionPolicies(configuration: Configuration, operator: OperatorRetention): RedactionPolicies {
  const known = compiledById<RedactionPolicy | null>(configuration, 'destination');
  return ({ id, body }) => {
    let redaction = known.get(id);
    if (redaction === undefined) {
      redaction = redactionPolicyOf(configuration.snapshot, operator, body);
      known.set(id, redaction);
    }
    return redaction;
  };
}

/** A cache of what was compiled for a document of `kind`, which is cleared when one of them or the settings change. */
function compiledById<T>(configuration: Configuration, kind: DocumentKind): Map<string, T> {
  const known = new Map<string, T>();
  configuration.watch((_, changes) => {
    if (changes.some(({ document }) => document.kind === kind || document.kind === 'settings')) known.clear();
  });
  return known;
}
