import { createHash } from 'node:crypto';
import { canonicalJson } from '../audit/canonical-json.ts';
import type { MovedTable, Row } from './moved-table.ts';

const bytes = 32;

/** The count of some rows and a checksum that does not depend on their order: the XOR of their SHA-256. */
export function fingerprint({ columns, derived = [], counts }: Pick<MovedTable, 'columns' | 'derived' | 'counts'>) {
  const compared = Object.entries(columns).filter(([name]) => !derived.includes(name));
  const xor = Buffer.alloc(bytes);
  let count = 0;
  return {
    add(row: Row): void {
      const hash = createHash('sha256');
      const texts = compared.map(([name, type]) => {
        const value = row[name] ?? null;
        if (type === 'bytea' && value !== null) {
          const { length } = value as Uint8Array; // of the column's type
          hash.update(value as Uint8Array);
          return String(length);
        }
        return type === 'json' || type === 'jsonb' ? canonicalJson(value) : JSON.stringify(value);
      });
      const digest = hash.update(texts.join()).digest();
      for (let i = 0; i < bytes; i++) xor[i] = (xor[i] ?? 0) ^ (digest[i] ?? 0);
      count += counts === undefined ? 1 : Number(row[counts]);
    },
    result: (): Fingerprint => ({ count, checksum: xor.toString('hex', 0, 8) }),
  };
}

export type Fingerprint = { count: number; checksum: string };
