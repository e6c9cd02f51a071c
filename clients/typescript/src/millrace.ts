import { type EventSender, eventSender, type SenderOptions } from './event-sender.ts';
import { createClient, createConfig } from './generated/client/index.ts';
import { repeatable } from './generated/repeatable.ts';
import { Operations } from './generated/sdk.gen.ts';
import type { Event, StreamEventsData } from './generated/types.gen.ts';
import { problemOf } from './problem-error.ts';
import { retrying } from './retrying.ts';

export type { EventSender, SenderOptions } from './event-sender.ts';
export type * from './generated/types.gen.ts';
export { ProblemError } from './problem-error.ts';

export type MillraceOptions = {
  /** Where the server is: `https://events.example.com`. */
  url: string;
  /** An API token. Sending events needs none. */
  token?: string;
  /** How often a request is repeated. Default: 5. */
  retries?: number;
  /** How long the server can be silent before a request counts as without response, in ms. Default: 60,000. */
  timeoutMs?: number;
  /** Sends requests. Default: that of the runtime. */
  fetch?: typeof fetch;
};

/**
 * A client for Millrace: a method for each operation of its API, which returns the body of the response and throws
 * ProblemError. Requests that are safe to repeat are repeated after 429, 502, 503, 504 or no response, at most `retries`
 * times; a POST gets an `Idempotency-Key` for that.
 */
export class Millrace extends Operations {
  readonly #options: MillraceOptions;
  readonly #open: typeof fetch;

  constructor(options: MillraceOptions) {
    const { url, token, retries = 5, timeoutMs = 60_000, fetch: send = fetch } = options;
    const auth = token === undefined ? {} : { auth: token };
    const client = createClient(
      createConfig({ baseUrl: url, ...auth, throwOnError: true, fetch: retrying(send, { retries, timeoutMs }) }),
    );
    client.interceptors.request.use((request, { url: path }) => {
      if (request.method === 'POST' && repeatable.has(path) && !request.headers.has('idempotency-key'))
        request.headers.set('idempotency-key', crypto.randomUUID());
      return request;
    });
    client.interceptors.error.use((error, response) => problemOf(error, response));
    super({ client });
    this.#options = options;
    this.#open = async (input, init) => {
      const response = await send(input, init);
      if (response.ok) return response;
      throw problemOf(await response.json().catch(() => null), response);
    };
  }

  /**
   * The messages of the stream of events, until the server ends it: each event with the actions that it fired, or the
   * number of events that were left out since the last message. Filters as in `streamEvents`; `signal` ends it.
   */
  async *watchEvents(
    query: StreamQuery = {},
    { signal }: { signal?: AbortSignal } = {},
  ): AsyncGenerator<StreamMessage> {
    const { stream } = await this.streamEvents({
      query,
      ...(signal === undefined ? {} : { signal }),
      fetch: this.#open,
      // Left to itself, generated code connects again without an end.
      sseMaxRetryAttempts: 1,
      onSseError(error) {
        if (signal?.aborted !== true) throw error;
      },
    });
    // Typed as the text that the operation responds with.
    yield* stream as AsyncGenerator<unknown> as AsyncGenerator<StreamMessage>;
  }

  /** Sends events to the collector with this key, in batches. */
  sender(key: string, options: SenderOptions = {}): EventSender {
    const client = new Millrace({ ...this.#options, retries: options.retries ?? 10 });
    return eventSender(async (events) => {
      await client.sendEvents({ path: { key }, body: { events } });
    }, options);
  }
}

type StreamQuery = NonNullable<StreamEventsData['query']>;

/** A message of the stream of events. */
export type StreamMessage = { event: Event; matched: { id: string; name: string }[] } | { count: number };

type List<T> = { data: T[]; page: { next: string | null } };

/** The items of all pages: `items((page) => millrace.listDeliveries({ query: { ...page, status: 'failed' } }))`. */
export async function* items<T>(list: (page: { cursor?: string }) => Promise<List<T>>): AsyncGenerator<T> {
  for (let cursor: string | null = ''; cursor !== null; ) {
    const { data, page }: List<T> = await list(cursor === '' ? {} : { cursor });
    yield* data;
    cursor = page.next;
  }
}

/** The headers that refuse a change unless the document has the version that was read. */
export function ifMatch({ version }: { version: number }): { 'If-Match': string } {
  return { 'If-Match': `"${version}"` };
}
