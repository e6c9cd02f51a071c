import type { FastifyRequest } from 'fastify';
import type { NewAuditEntry } from '../../contract/records/audit.ts';
import { scrubbedEntry } from '../../contract/records/audit-changes.ts';
import type { RouteAudit } from '../../contract/route.ts';
import { authorOf } from './audit-author.ts';
import type { ApiParts, AuditThing } from './call.ts';

const textMax = 255;

/** The audit entry of a request, by its route. Texts are scrubbed before long ones are cut. */
export function auditEntryOf(
  { act, kind }: RouteAudit,
  request: Pick<FastifyRequest, 'principal' | 'ip' | 'id'>,
  of: AuditThing & Pick<NewAuditEntry, 'result' | 'code'>,
  { now, scrub }: Pick<ApiParts, 'now' | 'scrub'>,
): NewAuditEntry {
  const { id, name = null, changes = [], result, code } = of;
  const entry = {
    ...authorOf(request),
    createdAt: new Date(now()).toISOString(),
    act,
    kind,
    id,
    name,
    result,
    code,
    changes,
  };
  const scrubbed = scrubbedEntry(entry, scrub);
  return { ...scrubbed, id: cut(scrubbed.id), name: cut(scrubbed.name) };
}

const cut = (text: string | null) => text?.slice(0, textMax) ?? null;
