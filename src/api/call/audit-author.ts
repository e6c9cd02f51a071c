import type { FastifyRequest } from 'fastify';
import { AppError } from '../../contract/errors.ts';
import type { AuditAuthor } from '../../contract/records/audit.ts';
import type { Actor } from '../../identity/grants.ts';
import type { ApiParts } from './call.ts';

type Asking = Pick<FastifyRequest, 'principal' | 'credential' | 'ip' | 'id'>;

/** Who asks, and from where, as the audit trail names it. */
export function authorOf({ principal, ip, id }: Omit<Asking, 'credential'>): AuditAuthor {
  return { principal: principal.name, principalId: principal.id, address: ip, requestId: id };
}

/**
 * Who changes an account, with the rights that are left at that moment: what was waited for (a password being hashed,
 * the changes of others) may have taken some. Throws AppError `unauthorized` when nothing is left.
 */
export function actorOf(
  { request }: { request: Asking },
  { identity, now }: Pick<ApiParts, 'identity' | 'now'>,
): Actor {
  const { credential } = request;
  const principal = credential === null ? null : identity.authenticate(credential, 'look');
  if (principal === null) throw new AppError('unauthorized');
  return { principal, author: authorOf(request), at: now() };
}
