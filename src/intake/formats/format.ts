import type { IncomingHttpHeaders } from 'node:http';
import type { CollectorBody, IntakeFormat } from '../../contract/documents/collector.ts';
import type { IncomingEvent } from '../../contract/records/event.ts';
import { securityHeaders } from '../../http/security-headers.ts';

/** A way to send events: the addresses that its senders use, and how the requests to each are read and answered. */
export type Format = { readonly name: IntakeFormat; readonly routes: readonly IntakeRoute[] };

/** One address. `OPTIONS` of it is answered as a preflight. */
export type IntakeRoute = RequestRoute | BatchRoute | WebhookRoute | SettingsRoute;

type RouteBase = {
  /** The first segment of the path; null: the path begins with the collector's key. */
  readonly segment: string | null;
  /** The whole path, without the query. */
  readonly path: RegExp;
  /** The collector's key, from the path, the headers or the query; null: it is in the body. */
  keyOf(path: RegExpExecArray, request: Pick<IntakeRequest, 'url' | 'headers'>): string | null;
  /** The response to an error, where problem+json would make the sender lose events or repeat them without end. */
  refuse?(error: unknown, problem: IntakeResponse): IntakeResponse;
};

/** Takes all events of a request, or none. Other methods than its own are served by other parts of the server. */
export type RequestRoute = RouteBase & {
  /** The response to stored events. `headers`: those that every response of the request has. */
  respond(ids: readonly string[], headers: ResponseHeaders): IntakeResponse;
} & (
    | {
        readonly method: 'POST';
        /** Reads a body, after decompression. Pure; throws AppError. */
        read(body: Buffer, request: IntakeRequest): Message;
      }
    | {
        readonly method: 'GET';
        /** Reads a query, without its question mark. Pure; throws AppError. */
        read(query: string, request: IntakeRequest): Message;
      }
  );

/**
 * Takes or refuses each event of a request alone, as the senders of an SDK need it: a refused request is lost for most
 * of them, and some repeat it without end. Requests can be large, and are read in steps. 405 for other methods.
 */
export type BatchRoute = RouteBase & {
  readonly method: 'POST' | 'GET';
  /** Reads a body, after decompression, but for its events. Throws AppError when nothing of it can be read. */
  open(body: Buffer, request: IntakeRequest): Promise<Batch>;
  respond(taken: Taken, headers: ResponseHeaders): IntakeResponse;
  /** Whether the response names the refused events, so that it is no error even when all of them are. */
  readonly namesRefused?: true;
  /** Headers of the response to OPTIONS when it is not a preflight but asks for permission to send; null: it is one. */
  handshake?(request: IntakeRequest): ResponseHeaders | null;
};

/** Takes what the collector describes, all events of a request or none. 405 for other methods. */
export type WebhookRoute = RouteBase & {
  readonly method: 'POST';
  /** Throws AppError unless a sender that the collector knows has signed the request. Before anything of the body is read. */
  verify(request: IntakeRequest, collector: CollectorBody, now: number): void;
  /** Reads a body, after decompression. Throws AppError when it has no events. */
  parse(content: Buffer, request: IntakeRequest, collector: CollectorBody, reception: Reception): Promise<ParsedEvents>;
  respond(headers: ResponseHeaders): IntakeResponse;
};

/** What an SDK asks for before it sends. 405 for other methods. */
export type SettingsRoute = RouteBase & {
  readonly method: 'POST' | 'GET';
  /** `key`: of the collector; null where the address has none, and any sender may ask. */
  settings(request: IntakeRequest, headers: ResponseHeaders): IntakeResponse;
};

/** A request to a collector. `key`: null until it is known. `url`: path and query as sent. `address`: of the client. */
export type IntakeRequest = {
  id: string;
  key: string | null;
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
  address(): string;
};

export type ResponseHeaders = Record<string, string>;

export type IntakeResponse = { status: number; headers: ResponseHeaders; body: string | Buffer };

/** What a request says. `key`: the collector's, where the body has it. `parse`: its events. */
export type Message = { key: string | null; parse(reception: Reception): ParsedEvents };

/** When and by which collector a request was received. */
export type Reception = { receivedAt: Date; collectorId: string };

/**
 * The result of parsing a request: all of its events in order, or the reason for refusing all of them. `pointer` is
 * the place of the error in the body (a JSON pointer), null when there is none.
 */
export type ParsedEvents = { ok: true; events: IncomingEvent[] } | Refusal;

export type Refusal = {
  ok: false;
  code: 'malformed_json' | 'invalid_events' | 'too_large' | 'events_too_deep';
  message: string;
  pointer: string | null;
};

export function refusal(code: Refusal['code'], message: string, pointer: string | null = null): Refusal {
  return { ok: false, code, message, pointer };
}

/** What a request of an SDK says. */
export type Batch = {
  /**
   * The collector's key, where the body has it. Not a getter: V8 would make an old map for every request, which keeps the
   * events until a full collection.
   */
  key(): string | null;
  /** The format by which the collector must allow the request, and which its events have. */
  readonly format: IntakeFormat;
  readonly count: number;
  /** The size of the JSON of an event. */
  bytesOf(index: number): number;
  /** An event, or why it is refused; null: it is no event to store. Is called once for each, in order. */
  eventAt(index: number, reception: Reception): IncomingEvent | RefusedEvent | null;
};

/** `id`: the sender's id of the event, if it could be read. */
export type RefusedEvent = Refusal & { id?: string };

/** What became of the events of a request. */
export type Taken = { stored: number; refused: readonly RefusedEvent[] };

/** Pages of other sites can read responses with these headers. */
export const openHeaders = {
  ...securityHeaders,
  'cross-origin-resource-policy': 'cross-origin',
  'cache-control': 'no-store',
} as const;

/** A key as it stands in a path; one whose escapes are not UTF-8 is left as it is: no collector has it. */
export function decodedKey(key: string): string {
  if (!key.includes('%')) return key;
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}
