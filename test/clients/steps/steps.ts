/** What a client generated from the document does against a server. Compiled with the generated code, not with ours. */
export type Steps = (server: { url: string; token: string; receiver: string }) => Promise<Facts>;

/** What it saw of the server. */
export type Facts = {
  accepted: number;
  /** The ids of the delivered events, from lists of one. */
  deliveries: string[];
  etag: string;
  username: string | null;
  description: string;
  /** The code of the refusal of a change of an older version. */
  stale: string | undefined;
  /** Where a refused body is wrong. */
  invalid: string[] | undefined;
  /** The mapping of an action that was read and written back. */
  mapping: unknown;
  metrics: string;
};

/** What every client sees. */
export const expected: Omit<Facts, 'deliveries'> = {
  accepted: 2,
  etag: '"1"',
  username: 'crm',
  description: 'Orders go here',
  stale: 'version_mismatch',
  invalid: ['/name'],
  mapping: [
    { field: 'total', expression: 'Number(it.total)' },
    { field: 'kind', value: 'order', as: 'text' },
  ],
  metrics: 'string',
};
