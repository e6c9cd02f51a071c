import type { Event } from '../../contract/records/event.ts';
import type { Settlement } from '../../journal/journal.ts';
import type { Telemetry } from '../../telemetry/telemetry.ts';
import { redactedOrEmptied } from './error-policy.ts';
import { redactor } from './exchange-redaction.ts';
import type { Step } from './next-step.ts';
import type { RedactionPolicy } from './redaction-policy.ts';
import type { Attempted } from './work.ts';

export type BatchRedactor = ReturnType<typeof batchRedactor>;

/** Redacts a batch. The exchange is searched once for all deliveries, and so are details that several of them share. */
export function batchRedactor(
  redaction: RedactionPolicy | null,
  events: readonly Event[],
  now: number,
  telemetry: Pick<Telemetry, 'failedOften'>,
) {
  const known = new Map<string, Settlement>();
  const redact = redaction === null ? null : redactedOrEmptied(redactor(redaction, events, now), telemetry);
  return {
    attempted(attempted: Attempted): Attempted {
      if (redact === null || attempted.kind === 'nothing') return attempted;
      return { ...attempted, log: redact({ ...nothing, log: attempted.log }).log };
    },
    /** Redacts the step itself. */
    step(step: Step): Step {
      if (redact === null) return step;
      const { settlement } = step;
      const key = `${settlement.status} ${settlement.dueAt === null} ${settlement.detail}`;
      const redacted = known.get(key) ?? redact({ ...settlement, log: [] });
      known.set(key, redacted);
      settlement.detail = redacted.detail;
      if (redacted.bodiesUntil !== undefined) settlement.bodiesUntil = redacted.bodiesUntil;
      return step;
    },
  };
}

const nothing: Settlement = {
  deliveryId: '',
  status: 'pending',
  reason: null,
  detail: null,
  errorKind: null,
  attempts: 0,
  scheduleStep: 0,
  waitedMs: 0,
  dueAt: null,
  log: [],
};
