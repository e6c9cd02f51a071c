import type { Answer } from '../../../client/client.ts';

export type Connection = Answer<'getConnection'>;

/** How a connection stands: what people chose, unless traffic found something worse. */
export function stateOf({ status, health }: Pick<Connection, 'status' | 'health'>) {
  return status === 'enabled' && health.state !== 'ok' ? health.state : status;
}
