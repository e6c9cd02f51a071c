import type { CallInput } from '../../../client/client.ts';
import type { Destination } from './usage.ts';

type Body = CallInput<'createDestination'>['body'];

/** A new destination like another one: disabled, and without the secrets of its headers. */
export function copyOf(
  { description, method, contentType, path, template, settings }: Destination,
  name: string,
): Body {
  const headers = settings.headers.map((one) => (one.secret ? { ...one, value: null } : one));
  return {
    name,
    description,
    method,
    contentType,
    path,
    template,
    status: 'disabled',
    settings: { ...settings, headers } as NonNullable<Body['settings']>, // GET's form of settings is what a write takes
  };
}
