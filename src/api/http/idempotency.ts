import { createHash } from 'node:crypto';
import { AppError } from '../../contract/errors.ts';
import type { KeptResponse, KeptResponses } from '../../requests/requests.ts';

/** A request with an idempotency key: principal, path with key (`place`), and body. */
type Repeatable = { principal: string; place: string; body: Uint8Array };

/** A request in progress. Call exactly one of the functions when it finishes; they resolve when the result is durable. */
export type Running = {
  keep(response: KeptResponse): Promise<void>;
  /** Discards the result, so that the request can be retried. */
  release(): Promise<void>;
};

type Parts = {
  responses: KeptResponses;
  now: () => number;
  /** Names this process. */
  epoch: string;
  failed: (error: unknown, doing: string) => void;
};

/**
 * Keeps the first response to each key for 24 h, over restarts. A record is stored before the request runs, so that a
 * request whose process ended in between is never run a second time without the knowledge of its sender.
 */
export function idempotency({ responses, now, epoch, failed }: Parts) {
  return {
    /**
     * The stored response, or the functions to finish this request. Throws AppError `request_in_progress`,
     * `request_interrupted` or `idempotency_key_reused`.
     */
    async begin({ principal, place, body }: Repeatable): Promise<KeptResponse | Running> {
      const request = { principal, place: digestOf(place), digest: digestOf(body), at: now(), epoch };
      const begun = await responses.begin(request);
      switch (begun.kind) {
        case 'reused':
          throw new AppError('idempotency_key_reused');
        case 'running':
          throw new AppError('request_in_progress');
        case 'interrupted':
          throw new AppError('request_interrupted');
        case 'kept':
          return begun.response;
        case 'begun': {
          const finish = (response: KeptResponse | null) =>
            responses
              .finish(request, response)
              .catch((error: unknown) => failed(error, 'store the response to an Idempotency-Key'));
          return { keep: finish, release: () => finish(null) };
        }
      }
    },
    /**
     * Removes all responses, and does not keep those of requests that run now: any of them may have data of an erased
     * visitor. The keys stay used.
     */
    forget: (): Promise<void> => responses.forget(),
  };
}

function digestOf(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('base64');
}
