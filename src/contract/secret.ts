import { z } from 'zod';

/** A secret stored outside: `ref` is its location, `read` reads it or throws UnresolvedSecret. */
type SecretSource = { readonly ref: string; read(): string };

/** A secret can't be read at its location. The message is a sentence for people and contains nothing of the secret. */
export class UnresolvedSecret extends Error {}

/**
 * A stored secret in memory. It prints as `[secret]` in text, JSON and inspection; only connections/, egress/ and the
 * encryption in secrets/ call `reveal`.
 */
export class Secret {
  readonly #value: string | SecretSource;
  /** When it was last set, RFC 3339 UTC. */
  readonly updatedAt: string;

  constructor(value: string | SecretSource, updatedAt: string) {
    this.#value = value;
    this.updatedAt = updatedAt;
  }

  /** The location outside; null: stored by Millrace. */
  get ref(): string | null {
    return typeof this.#value === 'string' ? null : this.#value.ref;
  }

  /** Throws UnresolvedSecret when the secret is stored outside and can't be read. */
  reveal(): string {
    return typeof this.#value === 'string' ? this.#value : this.#value.read();
  }

  /** Whether both have the same text, or the same location outside. */
  isSame(other: Secret): boolean {
    return this.ref === other.ref && (this.ref !== null || this.#value === other.#value);
  }

  /** Whether it is stored by Millrace and has this text. */
  holds(text: string): boolean {
    return this.#value === text;
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '[secret]';
  }
}

/** How the API returns a secret, with `ref` for one stored outside; a write that contains the mark keeps the secret. */
export type SecretMark = { set: true; updatedAt: string; ref?: string };

/** The mark of a stored secret. */
export function secretMark({ ref, updatedAt }: Secret): SecretMark {
  return ref === null ? { set: true, updatedAt } : { set: true, updatedAt, ref };
}

/** A location outside: an environment variable of the server, or a file on its machine. */
export const secretRef = z
  .string()
  .max(1_024)
  .regex(/^(env:[A-Za-z_][A-Za-z0-9_]*|file:\/[^\p{Cc}]+)$/u, 'Must be env:NAME or file:/path.')
  // The same for readers of JSON Schema, of which not all know `\p{Cc}`.
  .meta({ pattern: '^(env:[A-Za-z_][A-Za-z0-9_]*|file:/[^\\x00-\\x1f\\x7f-\\x9f]+)$' });

const secretForms = z.union([
  z.string().max(65_536).brand<'secret'>(),
  z.strictObject({ ref: secretRef }),
  z.strictObject({ set: z.boolean(), updatedAt: z.string().optional(), ref: secretRef.optional() }),
]);
/**
 * A secret in a write: its text, a location (`{"ref": "env:NAME"}`, `{"ref": "file:/path"}`), the mark that GET
 * returned, or null. A mark keeps the stored secret; null keeps it while the same kind of authentication uses it;
 * `{"set": false}` and empty text remove it.
 */
export const secretInput = secretForms.nullable().default(null).meta({
  description:
    'Write-only: its text, or {"ref": "env:NAME"} or {"ref": "file:/path"} where the operator allows that. Returned as {"set": true, "updatedAt": …}, with the ref if there is one. Sending that back, where a secret is stored, null, or leaving it out keeps the secret while the same kind of authentication uses it; when the address that it is sent to changes, it is needed again. {"set": false} removes it.',
});

/** Whether a schema, without its wrappers, is that of `secretInput`. */
export function isSecretSchema(schema: z.core.$ZodType): boolean {
  return schema === secretForms;
}

/** A parsed document with each secret input replaced by the stored secret. */
export type Stored<T> = T extends Secret
  ? T
  : T extends z.core.$brand<'secret'> | { ref: string } | { set: boolean; updatedAt?: string | undefined }
    ? Secret
    : T extends (infer U)[]
      ? Stored<U>[]
      : T extends object
        ? { [K in keyof T]: Stored<T[K]> }
        : T;
