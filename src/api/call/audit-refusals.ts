import type { FastifyRequest } from 'fastify';
import type { Route } from '../../contract/route.ts';
import { asAppError } from '../http/problem.ts';
import { auditEntryOf } from './audit-entry.ts';
import type { ApiParts } from './call.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The subject of the request, where the URL does not name it. */
    subject: { id: string | null; name: string | null } | null;
  }
}

/** The statuses with an audit entry: missing rights, and requests that don't fit the stored data. */
const reported = new Set([403, 404, 409, 412, 422]);

const perMinuteMax = 60;
const minuteMs = 60_000;

type Minute = { endsAt: number; count: number; leftOut: number };

/**
 * Writes refused requests into the audit trail. At most 60 entries a minute per principal, so that refusals can't fill
 * the disk; the next entry afterwards gives the number left out (the log has all of them).
 */
export function refusals(parts: Pick<ApiParts, 'audit' | 'telemetry' | 'scrub' | 'now'>) {
  const minutes = new Map<string, Minute>();

  /** The number left out since the last written entry; null: this one is left out too. */
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
    /** Never throws: the caller gets the refusal even if its entry fails. */
    async tell(route: Route, request: FastifyRequest, error: unknown): Promise<void> {
      const { audit } = route;
      const { status, code } = asAppError(error);
      // On public routes, 401 is a failed sign-in; elsewhere its principal is unknown.
      const isReported = reported.has(status) || (route.rights === null && status === 401);
      if (audit === null || !isReported) return;
      const missed = leftOut(request.principal.id);
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
    },
  };
}
