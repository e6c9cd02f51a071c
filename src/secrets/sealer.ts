import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { isObject, mapChildren, pointerOf } from '../contract/json.ts';
import { Secret, UnresolvedSecret } from '../contract/secret.ts';
import type { Keyring } from './keys.ts';
import type { SecretReferences } from './references.ts';

/** The place of a secret. It is bound to the sealed text (AES-256-GCM, additional data), which opens nowhere else. */
export type SealedRow = { table: string; kind: string; id: string };

/** Turns documents with `Secret`s into plain JSON values with sealed ones, and back. */
export type Sealer = ReturnType<typeof sealer>;

/**
 * Creates a sealer that seals with the first key and opens with all. Without `references`, secret references can't be
 * read.
 */
export function sealer(keyring: Pick<Keyring, 'keys'>, references: Pick<SecretReferences, 'secret'> = unread) {
  const keyBytes = (id: string) => keyring.keys.find((key) => key.id === id)?.bytes;

  const seal = (row: string, secret: Secret): string => {
    const [first] = keyring.keys;
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', first.bytes, nonce).setAAD(Buffer.from(row));
    const text = Buffer.concat([cipher.update(secret.reveal(), 'utf8'), cipher.final()]);
    return `${first.id}.${Buffer.concat([nonce, cipher.getAuthTag(), text]).toString('base64')}`;
  };

  const open = (row: string, sealed: string): string => {
    const key = keyBytes(keyIdOf(sealed));
    if (key === undefined)
      throw new Error(`A stored secret was sealed with key ${keyIdOf(sealed)}, which is not among the secret keys.`);
    const bytes = Buffer.from(sealed.slice(sealed.indexOf('.') + 1), 'base64');
    try {
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12), { authTagLength: 16 });
      decipher.setAAD(Buffer.from(row)).setAuthTag(bytes.subarray(12, 28));
      return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8');
    } catch (error) {
      throw new Error(`The sealed secret at ${row} does not open: it was changed or moved.`, { cause: error });
    }
  };

  return {
    /**
     * A copy of a body with each secret as `{"$secret": <sealed>, "updatedAt": …}`, and each secret reference as
     * `{"$ref": <reference>, "updatedAt": …}`.
     */
    sealBody(row: SealedRow, body: unknown): unknown {
      const walk = (value: unknown, path: string): unknown => {
        if (value instanceof Secret)
          return {
            ...(value.ref === null ? { [secretKey]: seal(path, value) } : { [refKey]: value.ref }),
            updatedAt: value.updatedAt,
          };
        const copy = mapBelow(value, path, walk);
        return isObject(copy) && ownKeys.some((key) => key in copy) ? { [plainKey]: copy } : copy;
      };
      return walk(body, rootOf(row));
    },
    /**
     * The reverse of `sealBody`. Throws an Error of one sentence when a key is missing or a sealed text was changed or
     * moved.
     */
    openBody(row: SealedRow, sealed: unknown): unknown {
      const walk = (value: unknown, path: string): unknown => {
        if (!isObject(value)) return mapBelow(value, path, walk);
        if (plainKey in value) return mapBelow(value[plainKey], path, walk);
        const { [secretKey]: text, [refKey]: ref, updatedAt } = value;
        if (typeof ref === 'string') return references.secret(ref, String(updatedAt));
        if (typeof text !== 'string') return mapBelow(value, path, walk);
        return new Secret(open(path, text), String(updatedAt));
      };
      return walk(sealed, rootOf(row));
    },
    /** The id of the key that seals. */
    get sealsWith() {
      return keyring.keys[0].id;
    },
    /** Throws an Error of one sentence when a sealed body needs a key that is not there. */
    requireKeys(sealed: unknown): void {
      const missing = [...keysOf(sealed)].find((id) => keyBytes(id) === undefined);
      if (missing !== undefined)
        throw new Error(
          `Stored secrets were sealed with key ${missing}, which is not among the secret keys; set MILLRACE_SECRET_KEY (or secret.key in the data folder) to the key that they were sealed with.`,
        );
    },
    keysOf,
    /** Whether a sealed body needs another key than the first one. */
    isSealedWithOldKey: (sealed: unknown): boolean => [...keysOf(sealed)].some((id) => id !== keyring.keys[0].id),
  };
}

/** The ids of the keys that a sealed body needs. */
function keysOf(sealed: unknown): Set<string> {
  const needed = new Set<string>();
  const walk = (value: unknown): unknown => {
    const inner = isObject(value) && plainKey in value ? value[plainKey] : value;
    const text = inner === value && isObject(value) ? value[secretKey] : undefined;
    if (typeof text === 'string') needed.add(keyIdOf(text));
    return mapChildren(inner, walk);
  };
  walk(sealed);
  return needed;
}

const unread: Pick<SecretReferences, 'secret'> = {
  secret(ref, updatedAt) {
    const read = () => {
      throw new UnresolvedSecret(`${ref} can't be read here.`);
    };
    return new Secret({ ref, read }, updatedAt);
  },
};

const secretKey = '$secret';
const refKey = '$ref';
/** Wraps an object in the operator's data that has one of our keys, so that it is not taken for a sealed secret. */
const plainKey = '$plain';
const ownKeys = [secretKey, refKey, plainKey];

const keyIdOf = (sealed: string) => sealed.slice(0, sealed.indexOf('.'));
const rootOf = ({ table, kind, id }: SealedRow) => `${table}/${kind}/${id}`;

function mapBelow(value: unknown, path: string, walk: (value: unknown, path: string) => unknown): unknown {
  return mapChildren(value, (child, key) => walk(child, path + pointerOf([key])));
}
