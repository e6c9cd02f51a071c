import { z } from 'zod';

/** A secret that is kept elsewhere: `ref` says where, `read` reads it or throws UnresolvedSecret. */
type SecretSource = { readonly ref: string; read(): string };

/** A secret can't be read where it is kept. The message is a sentence for people, without anything of the secret. */
export class UnresolvedSecret extends Error {}

/**
 * A stored secret in memory. It prints as `[secret]` wherever it may slip out (text, JSON, inspection); only
 * connections/, egress/ and the sealing of secrets/ call `reveal`.
 */
export class Secret {
  readonly #value: string | SecretSource;
  /** When it was last set, RFC 3339 UTC. */
  readonly updatedAt: string;

  constructor(value: string | SecretSource, updatedAt: string) {
    this.#value = value;
    this.updatedAt = updatedAt;
  }

  /** Where it is kept; null: here. */
  get ref(): string | null {
    return typeof this.#value === 'string' ? null : this.#value.ref;
  }

  /** Throws UnresolvedSecret when it is kept elsewhere and can't be read there. */
  reveal(): string {
    return typeof this.#value === 'string' ? this.#value : this.#value.read();
  }

  /** Whether both hold the same text, or name the same place. */
  isSame(other: Secret): boolean {
    return this.ref === other.ref && (this.ref !== null || this.#value === other.#value);
  }

  /** Whether this is its text, and it is kept here. */
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

/** How a secret comes out of the API, with the place where it is kept if that is elsewhere; sent back, it keeps the secret. */
export type SecretMark = { set: true; updatedAt: string; ref?: string };

/** The mark of a stored secret. */
export function secretMark({ ref, updatedAt }: Secret): SecretMark {
  return ref === null ? { set: true, updatedAt } : { set: true, updatedAt, ref };
}

/** A place outside: a variable of the server's environment, or a file on its machine. */
const secretRef = z
  .string()
  .max(1_024)
  .regex(/^(env:[A-Za-z_][A-Za-z0-9_]*|file:\/[^\p{Cc}]+)$/u, 'Must be env:NAME or file:/path.');

/**
 * A secret on its way in: its text, where it is kept (`{"ref": "env:NAME"}`, `{"ref": "file:/path"}`), the mark that GET
 * gave, or null. A mark keeps what is stored, null does while the same kind of authentication uses it; `{"set": false}`
 * and empty text remove it.
 */
export const secretInput = z
  .union([
    z.string().max(65_536).brand<'secret'>(),
    z.strictObject({ ref: secretRef }),
    z.strictObject({ set: z.boolean(), updatedAt: z.string().optional(), ref: secretRef.optional() }),
  ])
  .nullable()
  .default(null)
  .meta({
    description:
      'Write-only: its text, or {"ref": "env:NAME"} or {"ref": "file:/path"} where the operator allows that. Comes out as {"set": true, "updatedAt": …}, with the ref when there is one; sending that back, null, or leaving it out keeps it while the same kind of authentication uses it. {"set": false} removes it.',
  });

/** A parsed document with each secret's input replaced by the stored secret. */
export type Stored<T> = T extends Secret
  ? T
  : T extends z.core.$brand<'secret'> | { ref: string } | { set: boolean; updatedAt?: string | undefined }
    ? Secret
    : T extends (infer U)[]
      ? Stored<U>[]
      : T extends object
        ? { [K in keyof T]: Stored<T[K]> }
        : T;
