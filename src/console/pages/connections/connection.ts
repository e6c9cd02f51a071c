import type { Answer } from '../../../client/client.ts';
import type { Reason } from '../../../contract/records/delivery.ts';
import { outcomes } from '../../messages/en/outcomes.ts';

export type Connection = Answer<'getConnection'>;

/** How a connection stands: what people chose, unless traffic found something worse. */
export function stateOf({ status, health }: Pick<Connection, 'status' | 'health'>) {
  return status === 'enabled' && health.state !== 'ok' ? health.state : status;
}

/** Why a connection needs attention: the reason from the closed list, and what the system said. null: it does not. */
export function causeOf({ reason }: Connection['health']): { reason: Reason; detail: string } | null {
  const [, name = '', detail = ''] = /^(\w+): ?(.*)$/s.exec(reason ?? '') ?? [];
  return name in outcomes.reason ? { reason: name as Reason, detail } : null; // just looked up
}
