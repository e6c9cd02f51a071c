import type { CallInput } from '../../../client/client.ts';
import type { SecretValue } from '../../parts/secret-field.tsx';

type Auth = NonNullable<CallInput<'replaceConnection'>['body']['auth']>;

/** A secret as a write takes it. */
export type WrittenSecret = Extract<Auth, { type: 'bearer' }>['token'];

/**
 * A field's secret for the body: a new text, a place, the mark that keeps the stored one, or null for none. An emptied
 * field removes the stored secret.
 */
export function written(value: SecretValue): WrittenSecret {
  const isEmpty = value === '' || (value !== null && typeof value === 'object' && 'ref' in value && value.ref === '');
  return (isEmpty ? { set: false } : value) as WrittenSecret; // branded only on the server
}

/** A secret that a browser may keep: the mark of a stored one or a place, never a text. */
export const kept = (value: SecretValue): SecretValue => (typeof value === 'string' ? null : value);
