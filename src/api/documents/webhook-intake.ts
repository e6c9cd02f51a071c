import { revealIfThere } from '../../connections/secret-fields.ts';
import { standardKey } from '../../connections/signing.ts';
import type { CollectorBody } from '../../contract/documents/collector.ts';
import { invalid } from '../../contract/errors.ts';

/** `undefined`: a collector that an older version stored. */
type Webhooks = CollectorBody['webhooks'] | undefined;

/** Throws AppError when webhooks can't be verified like this; returns warnings. */
export function checkWebhooks(webhooks: Webhooks): string[] {
  if (webhooks == null || webhooks.scheme === 'none') return [];
  if (webhooks.scheme === 'standard-webhooks') {
    const wrong = (['secret', 'previousSecret'] as const).filter((field) => {
      const text = revealIfThere(webhooks[field]);
      return text !== '' && standardKey(text) === null;
    });
    const detail = 'Must be base64, with or without whsec_ before it.';
    if (wrong.length > 0) throw invalid(wrong.map((field) => ({ pointer: `/webhooks/${field}`, detail })));
  }
  return webhooks.secret === null && webhooks.previousSecret === null
    ? [
        'The collector has no secret for its webhooks, so it refuses all of them. Enter the one that the provider shows.',
      ]
    : [];
}

/** How webhooks were taken in an old version, with the secrets of the present one while the scheme is the same. */
export function withSecretsOf(old: Webhooks, present: Webhooks): CollectorBody['webhooks'] {
  if (old == null) return null;
  if (old.scheme === 'none' || present == null || present.scheme === 'none' || old.scheme !== present.scheme)
    return old;
  const { secret, previousSecret, previousUntil } = present;
  return { ...old, secret, previousSecret, previousUntil };
}
