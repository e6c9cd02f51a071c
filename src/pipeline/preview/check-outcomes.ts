import type { Clock } from '../../async/clock.ts';
import type { ConnectionBody } from '../../contract/documents/connection.ts';
import type { DestinationBody } from '../../contract/documents/destination.ts';
import type { JudgedAnswer, OutcomeCheck } from '../../contract/records/check.ts';
import type { Attempt } from '../../contract/records/delivery.ts';
import { recordsOfItems } from '../../destinations/item-match.ts';
import { judge, type Verdict } from '../../destinations/judge.ts';
import { judgeRecords } from '../../destinations/judge-records.ts';
import { fitsOutcome } from '../../destinations/response-match.ts';
import type { EgressOutcome } from '../../egress/egress.ts';
import type { JournalLog } from '../../journal/journal.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import { type Draft, draftDestination } from './dry-render.ts';

type Around = {
  log: Pick<JournalLog, 'deliveries' | 'delivery'>;
  clock: Pick<Clock, 'now'>;
  snapshot: Snapshot;
  /** When it returns the results so far. */
  untilMs: number;
};

/** The newest stored responses of a destination, judged by the draft of its outcome rules and by the stored ones. */
export async function checkOutcomes(
  around: Around,
  destination: Draft<'destination'> & { id: string },
  last: number,
): Promise<OutcomeCheck> {
  const { stored, tried, connection } = draftDestination(destination, around.snapshot);
  const judgedBy = (body: DestinationBody, attempt: Responded) =>
    meaningOf(attempt, connection.body.auth, body.settings);

  const rows: OutcomeCheck['rows'] = [];
  for await (const { deliveryId, attempt } of responses(around, destination.id)) {
    const after = judgedBy(tried.body, attempt);
    const before = stored === null || stored === tried ? after : judgedBy(stored.body, attempt);
    const { id: attemptId, startedAt, response } = attempt;
    const changed = before.outcome !== after.outcome || before.afterMs !== after.afterMs;
    rows.push({ deliveryId, attemptId, startedAt, status: response.status, before, after, changed });
    if (rows.length === last) break;
  }
  return { checked: rows.length, changed: rows.filter((row) => row.changed).length, rows };
}

type Responded = Attempt & { response: NonNullable<Attempt['response']> };

const deliveriesAtOnce = 50;

/** The attempts to a destination that have a response, newest delivery first. */
async function* responses({ log, clock, untilMs }: Around, destinationId: string) {
  for (let before: string | null = null; ; ) {
    const cursor: { before?: string } = before === null ? {} : { before };
    const now = clock.now();
    const page = await log.deliveries({ destinationId, limit: deliveriesAtOnce, closed: [], now, ...cursor });
    for (const { id } of page) {
      if (clock.now() > untilMs) return;
      const attempts = (await log.delivery(id))?.attemptLog ?? [];
      for (const attempt of attempts.toReversed()) if (hasResponse(attempt)) yield { deliveryId: id, attempt };
    }
    before = page.at(-1)?.id ?? null;
    if (page.length < deliveriesAtOnce || before === null) return;
  }
}

function hasResponse(attempt: Attempt): attempt is Responded {
  return attempt.response !== null;
}

/**
 * Judges a stored response as if it came now to a delivery whose token is not new. Rules about items apply to a record
 * that was sent alone; which item of a batch is about which delivery is not stored.
 */
function meaningOf(
  { response, startedAt, durationMs, records }: Responded,
  auth: ConnectionBody['auth'],
  settings: DestinationBody['settings'],
): JudgedAnswer {
  const outcome: Extract<EgressOutcome, { kind: 'response' }> = {
    kind: 'response',
    status: response.status,
    headers: response.headers,
    body: new TextEncoder().encode(response.body ?? ''),
    truncated: response.truncated,
    timings: { dnsMs: null, connectMs: null, tlsMs: null, firstByteMs: null, totalMs: durationMs },
    resends: 0,
  };
  // A date in Retry-After is relative to the time of the response.
  const now = Date.parse(startedAt) + durationMs;
  const exchange = { outcome, auth, settings, isTokenFresh: false, isResend: false, waitedMs: 0, now };
  const alone = records === 1 ? judgeRecords(exchange, [{}]) : null;
  const rule = settings.outcomes.findIndex(
    (one) =>
      fitsOutcome(one, outcome) &&
      (one.items === undefined || (alone !== null && recordsOfItems(one.items, outcome, [{}])?.has(0))),
  );
  return { ...wordsOf(alone?.each?.[0] ?? alone?.whole ?? judge(exchange)), rule: rule < 0 ? null : rule };
}

function wordsOf(verdict: Verdict): Omit<JudgedAnswer, 'rule'> {
  const detail = verdict.kind === 'delivered' ? verdict.warning : verdict.detail;
  const said = (outcome: JudgedAnswer['outcome'], afterMs: number | null = null) => ({ outcome, detail, afterMs });
  switch (verdict.kind) {
    case 'delivered':
      return said(verdict.warning === null ? 'success' : 'warning');
    case 'retry': {
      const throttled = verdict.waitScope === null ? 'retry' : 'throttle';
      return said(verdict.pausesDestination ? 'pause' : throttled, verdict.retryAfterMs);
    }
    case 'auth_refused':
      return said('refresh_auth');
    case 'split':
      return said('retry');
    case 'failed':
    case 'held':
      return said('fail');
  }
}
