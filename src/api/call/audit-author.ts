import type { FastifyRequest } from 'fastify';
import { AppError } from '../../contract/errors.ts';
import type { AuditAuthor } from '../../contract/records/audit.ts';
import type { Actor } from '../../identity/grants.ts';
import type { ApiParts } from './call.ts';

type Asking = Pick<FastifyRequest, 'principal' | 'credential' | 'ip' | 'id'>;

/** The caller and its address as an audit author. */
export function authorOf({ principal, ip, id }: Omit<Asking, 'credential'>): AuditAuthor {
  return { principal: principal.name, principalId: principal.id, address: ip, requestId: id };
}

/**
 * The caller who changes an account, with its rights at this moment: some may have been removed while the request
 * waited (for a password hash, or for other changes). Throws AppError `unauthorized` when its
 * credential is no longer valid.
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
