import type { Answer } from '../../../client/client.ts';
import type { Reason } from '../../../contract/records/delivery.ts';
import { outcomes } from '../../messages/en.ts';

export type Connection = Answer<'getConnection'>;

/** The state of a connection: the status that people chose, or a worse state of its traffic. */
export function stateOf({ status, health }: Pick<Connection, 'status' | 'health'>) {
  return status === 'enabled' && health.state !== 'ok' ? health.state : status;
}

/** Why a connection needs attention: a reason of the closed list, and the system's detail. null: it does not. */
export function causeOf({ reason }: Connection['health']): { reason: Reason; detail: string } | null {
  const [, name = '', detail = ''] = /^(\w+): ?(.*)$/s.exec(reason ?? '') ?? [];
  return name in outcomes.reason ? { reason: name as Reason, detail } : null; // just looked up
}
