import type { DestinationBody } from '../../contract/documents/destination.ts';
import { fieldMatcher } from '../field-masks.ts';
import { compiledById } from '../snapshot/compiled-by-id.ts';
import { type OperatorRetention, retentionOf, settingsOf } from '../snapshot/effective-settings.ts';
import type { Configuration, Document, Snapshot } from '../snapshot/snapshot.ts';

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
