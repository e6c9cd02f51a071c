import { pointerOf } from '../contract/json.ts';
import { Secret, UnresolvedSecret } from '../contract/secret.ts';

type SecretField = { readonly pointer: string; readonly secret: Secret };

/** Every stored secret in a connection or destination body (or any part of one) with its JSON pointer, in order. */
export function* secretFields(body: unknown, pointer = ''): Generator<SecretField> {
  if (body instanceof Secret) yield { pointer, secret: body };
  else if (typeof body === 'object' && body !== null)
    for (const [key, value] of Object.entries(body)) yield* secretFields(value, pointer + pointerOf([key]));
}

const known = new WeakMap<object, readonly Secret[]>();

/** The secrets of a stored body, cached because stored bodies never change. */
export function secretsOf(body: object): readonly Secret[] {
  const secrets = known.get(body) ?? Array.from(secretFields(body), ({ secret }) => secret);
  known.set(body, secrets);
  return secrets;
}

/** The problem of the first secret reference in a stored body that can't be read; null: all can. */
export function unresolvedSecret(body: object): string | null {
  for (const secret of secretsOf(body)) {
    try {
      secret.reveal();
    } catch (error) {
      if (error instanceof UnresolvedSecret) return error.message;
      throw error;
    }
  }
  return null;
}

/** The text of a secret, '' when its reference can't be read now: for display and checks, never for sending. */
export function revealIfThere(value: Secret | string | null): string {
  try {
    return reveal(value);
  } catch (error) {
    if (error instanceof UnresolvedSecret) return '';
    throw error;
  }
}

/** The text of a field that may be a secret or plain text; '' when nothing is stored. Throws UnresolvedSecret. */
export function reveal(value: Secret | string | null): string {
  return value instanceof Secret ? value.reveal() : (value ?? '');
}
