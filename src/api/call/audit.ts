import type { FastifyRequest } from 'fastify';
import { recentKeys } from '../../async/rate-limiter.ts';
import type { AuditAuthor, NewAuditEntry } from '../../contract/records/audit.ts';
import { scrubbedEntry } from '../../contract/records/audit-changes.ts';
import type { Route, RouteAudit } from '../../contract/route.ts';
import { asAppError } from '../../http/problem.ts';
import type { ApiParts, AuditThing } from './call.ts';
import { ownerOf } from './fair-share.ts';

/** The caller and its address as an audit author. */
export function authorOf({ principal, ip, id }: Pick<FastifyRequest, 'principal' | 'ip' | 'id'>): AuditAuthor {
  return { principal: principal.name, principalId: principal.id, address: ip, requestId: id };
}

const textMax = 255;

/** The audit entry of a request, by its route. Texts are scrubbed before long ones are cut. */
export function auditEntryOf(
  { act, kind }: RouteAudit,
  request: Pick<FastifyRequest, 'principal' | 'ip' | 'id'>,
  { id, name = null, changes = [], ...result }: AuditThing & Pick<NewAuditEntry, 'result' | 'code'>,
  { now, scrub }: Pick<ApiParts, 'now' | 'scrub'>,
): NewAuditEntry {
  const createdAt = new Date(now()).toISOString();
  const scrubbed = scrubbedEntry({ ...authorOf(request), createdAt, act, kind, id, name, ...result, changes }, scrub);
  return { ...scrubbed, id: cut(scrubbed.id), name: cut(scrubbed.name) };
}

const cut = (text: string | null) => text?.slice(0, textMax) ?? null;

declare module 'fastify' {
  interface FastifyRequest {
    /** The subject of the request, where the URL does not name it. */
    subject: { id: string | null; name: string | null } | null;
  }
}

/** The statuses with an audit entry: missing rights, and requests that don't fit the stored data. */
const reported = new Set([403, 404, 409, 412, 422]);

const perMinuteMax = 60;
const keysMax = 20_000;
const minuteMs = 60_000;

type Minute = { endsAt: number; count: number; leftOut: number };

/**
 * Returns a function that writes a refused request into the audit trail. It never throws: the caller gets the refusal
 * even if its entry fails. At most 60 entries a minute of one user with all tokens, so that refusals can't fill the
 * disk; the next entry afterwards gives the number left out (the log has all of them).
 */
export function refusals(parts: Pick<ApiParts, 'audit' | 'telemetry' | 'scrub' | 'now'>) {
  const minutes = recentKeys<Minute>(keysMax);

  /** The number left out since the last written entry; null: this one is left out too. */
  function leftOut(owner: string): number | null {
    const now = parts.now();
    const last = minutes.get(owner);
    const minute =
      last === undefined || last.endsAt <= now
        ? { endsAt: now + minuteMs, count: 0, leftOut: last?.leftOut ?? 0 }
        : last;
    minutes.set(owner, minute);
    minute.count += 1;
    if (minute.count > perMinuteMax) {
      minute.leftOut += 1;
      return null;
    }
    const before = minute.leftOut;
    minute.leftOut = 0;
    return before;
  }

  return async ({ audit, rights }: Route, request: FastifyRequest, error: unknown): Promise<void> => {
    const { status, code } = asAppError(error);
    // On public routes, 401 is a failed sign-in; elsewhere its principal is unknown.
    const isReported = reported.has(status) || (rights === null && status === 401);
    if (audit === null || !isReported) return;
    const missed = leftOut(ownerOf(request.principal));
    if (missed === null) return;
    const params = request.params as Record<string, string>; // the parameters of the route's path
    const thing = request.subject ?? { id: params['id'] ?? null, name: params['name'] ?? null };
    const changes = missed === 0 ? [] : [{ pointer: '/leftOut', after: missed }];
    const entry = auditEntryOf(audit, request, { ...thing, changes, result: 'refused', code }, parts);
    try {
      await parts.audit.append([entry]);
      parts.telemetry.audited(entry);
    } catch (failure) {
      parts.telemetry.failed(failure, 'write the audit entry of a refusal');
    }
  };
}
