import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomically } from '../disk/atomic-write.ts';

/** A sealing key: 32 bytes, and the id that sealed secrets name it by (the start of its SHA-256). */
type SealingKey = { id: string; bytes: Buffer };

/** The file in the data folder that holds the key when none is configured. */
export const keyFileName = 'secret.key';

/**
 * Parses keys from text: 32 bytes in base64 each, comma separated; the first seals, all open. Throws an Error that
 * names the position of an invalid one, without showing it.
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
  /** Writes a newly generated key to disk. */
  keep(): void;
  /** Generates a new first key and writes it to disk before it seals anything; null where the keys are configured. */
  readonly renew: (() => void) | null;
}

/** The configured keys. */
export function configuredKeys(text: string): Keyring {
  return { keys: parseKeys(text), keep() {}, renew: null };
}

/**
 * The keys in the data folder's `secret.key`, or a newly generated one if the file is missing. `keep` writes a new
 * key (mode 0600). The caller calls it only when nothing is sealed under a lost key: a new key in its place would
 * hide the loss.
 */
export function keysInFolder(dir: string): Keyring {
  const file = join(dir, keyFileName);
  const stored = readIfThere(file);
  let text = stored?.trim() ?? newKey();
  let keys: [SealingKey, ...SealingKey[]];
  try {
    keys = parseKeys(text);
  } catch (error) {
    throw new Error(`${file} does not contain a key: ${error instanceof Error ? error.message : ''}`, { cause: error });
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
