import type { Answer } from '../../../client/client.ts';

export type Connection = Answer<'getConnection'>;

/** The state of a connection: the status that people chose, or a worse state of its traffic. */
export function stateOf({ status, health }: Pick<Connection, 'status' | 'health'>) {
  if (status !== 'enabled') return status;
  return health.state === 'ok' ? 'active' : health.state;
}
