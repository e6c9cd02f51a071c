import { createHash } from 'node:crypto';
import { secretFields } from './secret-fields.ts';

/** A hash of a part of a document, its secrets included. Memory only: it is never stored or shown. */
export function fingerprint(part: object): string {
  const secrets = Array.from(secretFields(part), ({ pointer, secret }) => [pointer, secret.ref ?? secret.reveal()]);
  return createHash('sha256')
    .update(JSON.stringify([part, secrets]))
    .digest('base64');
}
