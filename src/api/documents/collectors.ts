import { randomBytes } from 'node:crypto';
import { type CollectorBody, collectorInput, previousKeyMs } from '../../contract/documents/collector.ts';
import { AppError, invalid } from '../../contract/errors.ts';
import type { AuditAct } from '../../contract/records/audit.ts';
import type { FormerKeys } from '../../intake/former-keys.ts';
import type { Snapshot } from '../../pipeline/snapshot/snapshot.ts';
import type { ApiParts, Call, Handlers } from '../call/call.ts';
import type { Kind } from './document-kind.ts';
import { documentHandlers, documentsOf } from './documents.ts';
import { checkWebhooks, withSecretsOf } from './webhook-intake.ts';

/** Collectors, and the creation of their keys. */
export function collectorHandlers(parts: ApiParts, keys: Pick<FormerKeys, 'usedAt'>) {
  const documents = documentsOf({ ...collectorKind, shownWith: shownKeys(keys) }, parts);
  const timeAt = (ms: number) => new Date(ms).toISOString();

  const isValid = (until: string | undefined) => until !== undefined && Date.parse(until) > parts.now();

  /**
   * The keys after a rotation. A previous key stays valid until its own end, and there is one at most: it keeps its place
   * when the present key ends at once, and otherwise the rotation is refused.
   */
  function rotated({ key, previousUntil: formerUntil }: CollectorBody, previousUntil: string): Partial<CollectorBody> {
    if (!isValid(formerUntil)) return { key: newKey(), previousKey: key, previousUntil };
    if (!isValid(previousUntil)) return { key: newKey() };
    const detail = `The previous key is valid until ${formerUntil}. End it, or wait until then, to rotate the key again.`;
    throw new AppError('conflict', detail);
  }

  /** The end of the present key at its rotation. Throws AppError `invalid_value` when it is in the past. */
  function endOfKey(previousUntil: string | null | undefined): string {
    if (previousUntil === null) return timeAt(parts.now());
    if (previousUntil === undefined) return timeAt(parts.now() + previousKeyMs);
    if (Date.parse(previousUntil) <= parts.now())
      throw invalid([{ pointer: '/previousUntil', detail: 'Must be in the future, or null to end the key at once.' }]);
    return timeAt(Date.parse(previousUntil));
  }

  async function changeKeys(
    call: Call<'rotateCollectorKey' | 'endPreviousKey'>,
    act: AuditAct,
    keysAfter: (before: CollectorBody) => Partial<CollectorBody>,
  ) {
    const make = (snapshot: Snapshot) => {
      const before = documents.findToChange(snapshot, call.params.id, call);
      return { before, body: { ...before.body, ...keysAfter(before.body) }, warnings: [] };
    };
    return (await documents.put(call, make, { act })).shown;
  }

  return {
    ...documentHandlers('collector', documents),
    rotateCollectorKey(call) {
      const previousUntil = endOfKey(call.body().previousUntil);
      return changeKeys(call, 'rotate_key', (before) => rotated(before, previousUntil));
    },
    endPreviousKey: (call) =>
      changeKeys(call, 'revoke', ({ previousUntil }) => {
        if (!isValid(previousUntil))
          throw new AppError('conflict', 'This collector has no previous key that is valid.');
        return { previousUntil: timeAt(parts.now()) };
      }),
  } satisfies Partial<Handlers>;
}

export const collectorKind: Kind<'collector'> = {
  kind: 'collector',
  input: collectorInput,
  complete: (input, before) => ({ ...(input as CollectorBody), ...keysOf(before?.body ?? { key: newKey() }) }), // the schema's output
  wholes: ['webhooks'],
  check: ({ body }) => checkWebhooks(body.webhooks),
  // A rollback keeps the current keys and secrets, because old ones may have been replaced for a reason.
  rolledBack: ({ key: _, previousKey: __, previousUntil: ___, ...old }, present) => ({
    ...old,
    webhooks: withSecretsOf(old.webhooks, present.webhooks),
    ...keysOf(present),
  }),
};

/** The fields that the server makes. */
function keysOf({ key, previousKey, previousUntil }: Pick<CollectorBody, 'key'> & Partial<CollectorBody>) {
  return {
    key,
    ...(previousKey === undefined ? {} : { previousKey }),
    ...(previousUntil === undefined ? {} : { previousUntil }),
  };
}

function shownKeys(keys: Pick<FormerKeys, 'usedAt'>) {
  return async ({ body: { previousKey, previousUntil } }: { body: CollectorBody }) => {
    const usedAt = previousKey === undefined ? null : await keys.usedAt(previousKey);
    return {
      previousKey: previousKey ?? null,
      previousUntil: previousUntil ?? null,
      previousUsedAt: usedAt === null ? null : new Date(usedAt).toISOString(),
    };
  };
}

/** 128 random bits in hex: public, but impossible to guess. */
function newKey(): string {
  return randomBytes(16).toString('hex');
}
