import type { FastifyRequest } from 'fastify';
import type { Route } from '../../contract/route.ts';
import { asAppError } from '../http/problem.ts';
import { auditEntryOf } from './audit-entry.ts';
import type { ApiParts } from './call.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Whom the request is about, where its address does not tell. */
    subject: { id: string | null; name: string | null } | null;
  }
}

/** What the audit trail hears of: what somebody may not do, or what did not fit what is there. */
const reported = new Set([403, 404, 409, 412, 422]);

const perMinuteMax = 60;
const minuteMs = 60_000;

type Minute = { endsAt: number; count: number; leftOut: number };

/**
 * Writes down in the audit trail what was asked for and refused. Whoever is refused again and again fills no disk: 60
 * entries a minute of one principal, and the next one after that says how many were left out (the log has them all).
 */
export function refusals(parts: Pick<ApiParts, 'audit' | 'telemetry' | 'scrub' | 'now'>) {
  const minutes = new Map<string, Minute>();

  /** How many were left out since the last one that was written; null: this one is left out, too. */
  function leftOut(principal: string): number | null {
    const now = parts.now();
    const last = minutes.get(principal);
    const minute =
      last === undefined || last.endsAt <= now
        ? { endsAt: now + minuteMs, count: 0, leftOut: last?.leftOut ?? 0 }
        : last;
    minutes.set(principal, minute);
    minute.count += 1;
    if (minute.count > perMinuteMax) {
      minute.leftOut += 1;
      return null;
    }
    const before = minute.leftOut;
    minute.leftOut = 0;
    return before;
  }

  return {
    /** Never throws: the refusal itself is the answer, whatever becomes of its entry. */
    async tell(route: Route, request: FastifyRequest, error: unknown): Promise<void> {
      const { audit } = route;
      const { status, code } = asAppError(error);
      // Where anybody may ask, 401 is a failed sign-in; elsewhere it is nobody's.
      const isReported = reported.has(status) || (route.rights === null && status === 401);
      if (audit === null || !isReported) return;
      const missed = leftOut(request.principal.id);
      if (missed === null) return;
      const params = request.params as Record<string, string>; // what the route's path names
      const thing = request.subject ?? { id: params['id'] ?? null, name: params['name'] ?? null };
      const changes = missed === 0 ? [] : [{ pointer: '/leftOut', after: missed }];
      const entry = auditEntryOf(audit, request, { ...thing, changes, result: 'refused', code }, parts);
      try {
        await parts.audit.append([entry]);
        parts.telemetry.audited(entry);
      } catch (failure) {
        parts.telemetry.failed(failure, 'write down a refusal');
      }
    },
  };
}
