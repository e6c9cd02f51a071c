import type { FastifyRequest } from 'fastify';
import type { AuditChange, NewAuditEntry } from '../contract/audit.ts';
import type { RouteAudit } from '../contract/route.ts';
import { authorOf } from './author.ts';

const textMax = 255;

/** What an act was done to, and what it changed. */
export type AuditThing = { id: string | null; name?: string | null; changes?: AuditChange[] };

/** The entry about a request for an act of its route. */
export function auditEntryOf(
  { act, kind }: RouteAudit,
  request: Pick<FastifyRequest, 'principal' | 'ip' | 'id'>,
  of: AuditThing & Pick<NewAuditEntry, 'result' | 'code'> & { now: number },
): NewAuditEntry {
  const { id, name = null, changes = [], result, code, now } = of;
  return {
    ...authorOf(request),
    createdAt: new Date(now).toISOString(),
    act,
    kind,
    id: id?.slice(0, textMax) ?? null,
    name: name?.slice(0, textMax) ?? null,
    result,
    code,
    changes,
  };
}
