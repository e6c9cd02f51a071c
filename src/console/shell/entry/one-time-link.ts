/** A one-time link: of the setup, of an invitation, or for a forgotten password. */
export type OneTimeLink = { kind: 'setup' | 'invite' | 'reset'; token: string };

const kinds = ['setup', 'invite', 'reset'] as const;

/**
 * The one-time link of an address; null: none. Its token is after `#`, which is not sent to servers. In links of earlier
 * versions it is in the query.
 */
export function linkIn({ hash, searchStr }: { hash: string; searchStr: string }): OneTimeLink | null {
  for (const text of [hash, searchStr.replace(/^\?/, '')]) {
    const given = new URLSearchParams(text);
    for (const kind of kinds) {
      const token = given.get(kind);
      if (token !== null && token !== '') return { kind, token };
    }
  }
  return null;
}
