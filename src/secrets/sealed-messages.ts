import { Secret } from '../contract/secret.ts';
import type { Sealer } from './sealer.ts';

/**
 * Seals what nodes write for each other and read a moment later: JSON values, which may have secrets. Nothing of them is
 * stored in the clear.
 */
export function sealedMessages({ sealBody, openBody }: Pick<Sealer, 'sealBody' | 'openBody'>) {
  const row = { table: 'command', kind: 'message', id: '' };
  return {
    seal(value: unknown): string {
      // A secret is marked by its own seal, so that the reader has it as one.
      const text = JSON.stringify(sealBody(row, value));
      return JSON.stringify(sealBody(row, new Secret(text, '')));
    },
    /** Throws an Error of one sentence when it was sealed with a key that this node does not have. */
    open(sealed: string): unknown {
      const text = openBody(row, JSON.parse(sealed)) as Secret; // sealed above
      return openBody(row, JSON.parse(text.reveal()));
    },
  };
}
