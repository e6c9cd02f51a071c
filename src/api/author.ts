import type { FastifyRequest } from 'fastify';
import type { AuditAuthor } from '../contract/audit.ts';

/** Who asks, and from where, as the audit trail names it. */
export function authorOf(request: Pick<FastifyRequest, 'principal' | 'ip' | 'id'>): AuditAuthor {
  return { principal: request.principal.name, principalId: null, address: request.ip, requestId: request.id };
}
