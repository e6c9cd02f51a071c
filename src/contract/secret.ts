import { z } from 'zod';

/**
 * A stored secret in memory. It prints as `[secret]` wherever it may slip out (text, JSON, inspection); only
 * connections/, egress/ and the sealing of secrets/ call `reveal`.
 */
export class Secret {
  readonly #value: string;
  /** When it was last set, RFC 3339 UTC. */
  readonly updatedAt: string;

  constructor(value: string, updatedAt: string) {
    this.#value = value;
    this.updatedAt = updatedAt;
  }

  reveal(): string {
    return this.#value;
  }

  /** Whether both hold the same text. */
  isSame(other: Secret): boolean {
    return this.#value === other.#value;
  }

  /** Whether this is its text. */
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

/** How a secret comes out of the API; sent back, it keeps the secret that is stored. */
export type SecretMark = { set: true; updatedAt: string };

/** A secret on its way in: its text, or the mark that GET gave (keep what is stored); null clears it. */
export const secretInput = z
  .union([
    z.string().max(65_536).brand<'secret'>(),
    z.strictObject({ set: z.literal(true), updatedAt: z.string().optional() }),
  ])
  .nullable()
  .default(null)
  .meta({ description: 'Write-only. Comes out as {"set": true, "updatedAt": …}; sending that back keeps it.' });

/** A parsed document with each secret's input replaced by the stored secret. */
export type Stored<T> = T extends Secret
  ? T
  : T extends z.core.$brand<'secret'> | { set: true; updatedAt?: string | undefined }
    ? Secret
    : T extends (infer U)[]
      ? Stored<U>[]
      : T extends object
        ? { [K in keyof T]: Stored<T[K]> }
        : T;
