import { isIPv4 } from 'node:net';
import type { FastifyRequest } from 'fastify';
import type { RejectedRequest } from '../../contract/records/rejected-request.ts';
import type { ApiParts, Handlers } from '../call/call.ts';
import { byId, pageOfAll } from '../http/pagination.ts';
import { asAppError } from '../http/problem.ts';

const keptMax = 500;
const textMax = 255;

/** The last 500 rejected intake requests, in memory. */
export function createRejectedRequests({ pipeline, now }: Pick<ApiParts, 'pipeline' | 'now'>) {
  const kept: RejectedRequest[] = [];
  let next = 0;

  const handlers: Handlers<'listRejectedRequests'> = {
    listRejectedRequests({ query }) {
      const { key, collectorId } = query;
      const wanted = kept.filter(
        (one) =>
          (key === undefined || one.key === key) && (collectorId === undefined || one.collectorId === collectorId),
      );
      return pageOfAll(wanted, query, byId('req'));
    },
  };

  return {
    handlers,
    note(request: FastifyRequest<{ Params: { key: string } }>, error: unknown): void {
      const { code, status, message } = asAppError(error);
      const { params, headers, raw } = request;
      const [path = ''] = (raw.url ?? '').split('?', 1);
      kept[next] = {
        id: request.id,
        at: new Date(now()).toISOString(),
        key: params.key.slice(0, textMax),
        collectorId: pipeline.configuration.snapshot.collectorsByKey.get(params.key)?.id ?? null,
        method: request.method,
        path: path.slice(0, textMax),
        status,
        code,
        detail: message.slice(0, textMax),
        bytes: bytesOf(request),
        origin: headers.origin?.slice(0, textMax) ?? null,
        address: maskedAddress(request.ip),
      };
      next = (next + 1) % keptMax;
    },
  };
}

export type RejectedRequests = ReturnType<typeof createRejectedRequests>;

function bytesOf({ body, headers }: FastifyRequest): number {
  if (Buffer.isBuffer(body)) return body.length;
  const length = Number(headers['content-length'] ?? 0);
  return Number.isSafeInteger(length) && length > 0 ? length : 0;
}

/** An address reduced to its network: three of the four parts of IPv4, the first three groups of IPv6. */
function maskedAddress(address: string): string {
  const plain = address.replace(/^::ffff:/i, '');
  if (isIPv4(plain)) return plain.replace(/\d+$/, '0');
  const groups = plain.split('::', 1)[0]?.split(':').slice(0, 3).join(':') ?? '';
  return `${groups}::`;
}
