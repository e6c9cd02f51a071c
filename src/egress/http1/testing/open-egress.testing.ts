import type { Egress } from '../../egress.ts';
import { parseAllowRules } from '../../guard/allow-list.ts';
import { type Http1EgressOptions, http1Egress } from '../http1-egress.ts';

/** An egress that may reach the addresses in `allow`; by default every loopback address. */
export function openEgress(allow = '127.0.0.0/8', options: Partial<Http1EgressOptions> = {}): Egress {
  const parsed = parseAllowRules(allow);
  if (!parsed.ok) throw new Error(parsed.problems.join('; '));
  return http1Egress({
    allow: parsed.rules,
    dnsServers: [],
    ownListeners: () => [],
    isInboxOpen: () => false,
    version: '1.2.3',
    ...options,
  });
}
