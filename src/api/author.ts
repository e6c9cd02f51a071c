import type { FastifyRequest } from 'fastify';
import type { AuditAuthor } from '../contract/audit.ts';
import type { Actor } from '../identity/grants.ts';

type Asking = Pick<FastifyRequest, 'principal' | 'ip' | 'id'>;

/** Who asks, and from where, as the audit trail names it. */
export function authorOf({ principal, ip, id }: Asking): AuditAuthor {
  return { principal: principal.name, principalId: principal.id, address: ip, requestId: id };
}

/** Who asks, with the rights that it has now, and when. */
export function actorOf({ request }: { request: Asking }, { now }: { now: () => number }): Actor {
  return { principal: request.principal, author: authorOf(request), at: now() };
}
