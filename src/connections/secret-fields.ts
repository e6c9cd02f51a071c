import { Secret } from '../contract/secret.ts';

export type SecretField = { readonly pointer: string; readonly secret: Secret };

/** Every stored secret in a connection or destination body (or any part of one) with its JSON pointer, in order. */
export function* secretFields(body: unknown, pointer = ''): Generator<SecretField> {
  if (body instanceof Secret) yield { pointer, secret: body };
  else if (typeof body === 'object' && body !== null)
    for (const [key, value] of Object.entries(body))
      yield* secretFields(value, `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`);
}

const known = new WeakMap<object, readonly Secret[]>();

/** The secrets of a stored body, which never changes, so that it is looked through once. */
export function secretsOf(body: object): readonly Secret[] {
  const secrets = known.get(body) ?? Array.from(secretFields(body), ({ secret }) => secret);
  known.set(body, secrets);
  return secrets;
}

/** The text behind a field that may be a secret or plain; '' when nothing is stored. */
export function reveal(value: Secret | string | null): string {
  return value instanceof Secret ? value.reveal() : (value ?? '');
}
