import { isIPv4 } from 'node:net';
import type { RejectedRequest } from '../../contract/records/rejected-request.ts';
import type { ApiParts, Handlers } from '../call/call.ts';
import { byId, pageOfAll } from '../http/pagination.ts';
import { asAppError } from '../http/problem.ts';
import type { IntakeRequest } from './intake.ts';

const keptMax = 500;
const textMax = 255;

/** Counts rejected intake requests, and keeps the last 500 in memory. */
export function createRejectedRequests({ pipeline, telemetry, now }: Pick<ApiParts, 'pipeline' | 'telemetry' | 'now'>) {
  const kept: RejectedRequest[] = [];
  let next = 0;

  return {
    kept,

    note({ id, key, method, url, headers, body, address }: IntakeRequest, error: unknown): void {
      const { code, status, message } = asAppError(error);
      const collectorId = pipeline.configuration.snapshot.collectorsByKey.get(key)?.id ?? null;
      telemetry.intakeRefused({ code });
      pipeline.events.emit('rejected', collectorId, code);
      const [path = ''] = url.split('?', 1);
      kept[next] = {
        id,
        at: new Date(now()).toISOString(),
        key: key.slice(0, textMax),
        collectorId,
        method,
        path: path.slice(0, textMax),
        status,
        code,
        detail: message.slice(0, textMax),
        bytes: body.length > 0 ? body.length : announcedBytes(headers['content-length']),
        origin: headers.origin?.slice(0, textMax) ?? null,
        address: maskedAddress(address()),
      };
      next = (next + 1) % keptMax;
    },
  };
}

/** The list of rejected requests. */
export function rejectedHandlers(kept: readonly RejectedRequest[]) {
  return {
    listRejectedRequests({ query }) {
      const { key, collectorId } = query;
      const wanted = kept.filter(
        (one) =>
          (key === undefined || one.key === key) && (collectorId === undefined || one.collectorId === collectorId),
      );
      return pageOfAll(wanted, query, byId('req'));
    },
  } satisfies Partial<Handlers>;
}

function announcedBytes(contentLength: string | undefined): number {
  const length = Number(contentLength ?? 0);
  return Number.isSafeInteger(length) && length > 0 ? length : 0;
}

/** An address reduced to its network: three of the four parts of IPv4, the first three groups of IPv6. */
function maskedAddress(address: string): string {
  const plain = address.replace(/^::ffff:/i, '');
  if (isIPv4(plain)) return plain.replace(/\d+$/, '0');
  const groups = plain.split('::', 1)[0]?.split(':').slice(0, 3).join(':') ?? '';
  return `${groups}::`;
}
