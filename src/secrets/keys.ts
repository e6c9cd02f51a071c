import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomically } from '../disk/atomic-write.ts';

/** A sealing key: 32 bytes, and the name by which sealed secrets refer to it (the start of its SHA-256). */
type SealingKey = { id: string; bytes: Buffer };

/** The file in the data folder that holds the key when none is configured. */
export const keyFileName = 'secret.key';

/**
 * Keys from text: 32 bytes in base64 each, comma separated; the first seals, all open. Throws an Error that says which
 * one is wrong, without showing it.
 */
export function parseKeys(text: string): [SealingKey, ...SealingKey[]] {
  const [first, ...rest] = text.split(',').map((part, index) => parseKey(part.trim(), index + 1));
  if (first === undefined) throw new Error('No secret key was given.');
  return [first, ...rest];
}

/** The keys of one installation. */
export interface Keyring {
  /** The first seals, all open. */
  readonly keys: readonly [SealingKey, ...SealingKey[]];
  /** Stores a key that was made just now. */
  keep(): void;
  /** Makes a new first key, stored before it seals anything; null where the keys are configured. */
  readonly renew: (() => void) | null;
}

/** The configured keys. */
export function configuredKeys(text: string): Keyring {
  return { keys: parseKeys(text), keep() {}, renew: null };
}

/**
 * The keys in the data folder's `secret.key`; a new one when it is not there. A new key is written (mode 0600) by `keep`,
 * for the caller to call when nothing is sealed under a lost one: a wrong key in its place would hide the loss.
 */
export function keysInFolder(dir: string): Keyring {
  const file = join(dir, keyFileName);
  const stored = readIfThere(file);
  let text = stored?.trim() ?? newKey();
  let keys: [SealingKey, ...SealingKey[]];
  try {
    keys = parseKeys(text);
  } catch (error) {
    throw new Error(`${file} does not hold a key: ${error instanceof Error ? error.message : ''}`, { cause: error });
  }
  return {
    get keys() {
      return keys;
    },
    keep() {
      if (stored === null) write(file, text);
    },
    renew() {
      text = `${newKey()},${text}`;
      write(file, text);
      keys = parseKeys(text);
    },
  };
}

const newKey = () => randomBytes(32).toString('base64');

function parseKey(text: string, position: number): SealingKey {
  const which = position === 1 ? 'The secret key' : `Secret key number ${position}`;
  if (text === '') throw new Error(`${which} is empty; it must be 32 bytes in base64 (openssl rand -base64 32).`);
  const bytes = Buffer.from(text, 'base64');
  if (!/^[A-Za-z0-9+/_-]+=*$/.test(text)) throw new Error(`${which} is not base64.`);
  if (bytes.length !== 32)
    throw new Error(`${which} has ${bytes.length} bytes instead of 32 (openssl rand -base64 32).`);
  return { id: createHash('sha256').update(bytes).digest('hex').slice(0, 12), bytes };
}

function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

function write(file: string, text: string): void {
  writeAtomically(file, `${text}\n`, { mode: 0o600 });
}
