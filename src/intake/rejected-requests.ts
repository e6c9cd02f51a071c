import type { Clock } from '../async/clock.ts';
import type { RejectedRequest } from '../contract/records/rejected-request.ts';
import { asAppError } from '../http/problem.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { type Requests, rejectedBounds } from '../requests/requests.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { IntakeRequest } from './formats/format.ts';
import { maskedAddress } from './masked-address.ts';
import { maskedBody } from './masked-body.ts';

const textMax = 255;
const flushMs = 1_000;
/** Requests that wait to be stored, of all collectors. */
const waitingMax = 1_000;
/** Of these the body is kept: to mask one takes longer than all else of a rejection. */
const bodiesMax = 50;

type Parts = {
  pipeline: Pick<Pipeline, 'configuration' | 'events'>;
  telemetry: Pick<Telemetry, 'intakeRefused' | 'failedOften'>;
  clock: Pick<Clock, 'after'>;
  now: () => number;
  requests: Pick<Requests, 'rejected'>;
  /** Removes secrets: a sender may have put one in the place of a key. */
  scrub: (text: string) => string;
};

export type RejectedIntake = ReturnType<typeof createRejectedRequests>;

/**
 * Counts rejected intake requests and stores the last of each collector, in one write a second. In a flood the older
 * ones of a second are left out, so the write stays small.
 */
export function createRejectedRequests({ pipeline, telemetry, now, clock, requests, scrub }: Parts) {
  let waiting = new Map<string | null, RejectedRequest[]>();
  let count = 0;
  let bodies = 0;
  let writing = Promise.resolve();

  const textOf = (sent: string) => scrub(sent).slice(0, textMax);

  /** The oldest of a collector make room for its newer ones; when all of it is taken, further ones are left out. */
  function wait(request: RejectedRequest): void {
    const own = waiting.get(request.collectorId) ?? [];
    if (own.length >= rejectedBounds.ofCollector) own.shift();
    else if (count < waitingMax) count += 1;
    else return;
    own.push(request);
    waiting.set(request.collectorId, own);
    if (count === 1) clock.after(flushMs, () => void flush());
  }

  /** Resolves when the requests until now are stored. If that fails, they are lost. */
  function flush(): Promise<void> {
    const batch = [...waiting.values()].flat();
    waiting = new Map();
    count = 0;
    bodies = 0;
    if (batch.length > 0)
      writing = writing
        .then(() => requests.rejected.add(batch, now()))
        .catch((error: unknown) => telemetry.failedOften(error, 'store rejected requests'));
    return writing;
  }

  return {
    flush,

    /** Removes the bodies of all requests until now, since one may be of the visitor who is erased. */
    async forgetBodies(): Promise<void> {
      await flush();
      await requests.rejected.forgetBodies();
    },

    /** `status`: of the response. */
    note({ id, key, method, url, headers, body, address }: IntakeRequest, error: unknown, status: number): void {
      const { code, message } = asAppError(error);
      const collectorId = pipeline.configuration.snapshot.collectorsByKey.get(key ?? '')?.id ?? null;
      telemetry.intakeRefused({ code, requestId: id });
      pipeline.events.emit('rejected', collectorId, code);
      const [path = ''] = url.split('?', 1);
      const isKept = body.length > 0 && bodies < bodiesMax;
      if (isKept) bodies += 1;
      const masked = isKept ? maskedBody(body, headers) : null;
      wait({
        id,
        at: new Date(now()).toISOString(),
        key: textOf(key ?? ''),
        collectorId,
        method,
        path: textOf(path),
        status,
        code,
        detail: textOf(message),
        bytes: body.length > 0 ? body.length : announcedBytes(headers['content-length']),
        origin: headers.origin === undefined ? null : textOf(headers.origin),
        address: maskedAddress(address()),
        body: masked && scrub(masked),
      });
    },
  };
}

function announcedBytes(contentLength: string | undefined): number {
  const length = Number(contentLength ?? 0);
  return Number.isSafeInteger(length) && length > 0 ? length : 0;
}
