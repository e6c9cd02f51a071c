import {
  type Egress,
  type EgressError,
  type EgressErrorKind,
  type EgressOutcome,
  type EgressRequest,
  type EgressTimings,
  type Header,
  isCompressed,
  notWritten,
  type ProbeStep,
  packedBytesMax,
  responseBytesMax,
} from '../egress.ts';
import { parseAllowRules } from '../guard/allow-list.ts';
import { checkMailHost, checkUrl, createGuard } from '../guard/guard.ts';
import { requestHead } from '../http1/exchange.ts';

/** A scripted response. A text body is sent as UTF-8; `resends` and `timings` are returned unchanged. */
export type FakeAnswer =
  | {
      readonly status: number;
      readonly headers?: readonly Header[];
      readonly body?: Uint8Array | string;
      readonly truncated?: boolean;
      readonly resends?: number;
      readonly timings?: Partial<EgressTimings>;
    }
  | { readonly error: EgressError; readonly timings?: Partial<EgressTimings> };

export interface FakeEgressOptions {
  /**
   * Responds to each request; may wait on the test's own clock first. `index` counts from 0. By default an empty 200.
   * A thrown error rejects the send: the test's script is wrong.
   */
  readonly handler?: (request: EgressRequest, index: number) => FakeAnswer | Promise<FakeAnswer>;
  /** Ends when the request is written to a socket, which the handler then receives. By default at once. */
  readonly connect?: (request: EgressRequest) => void | Promise<void>;
  /** Private addresses to allow, in the format of MILLRACE_EGRESS_ALLOW. Default: all that can be allowed. */
  readonly allow?: string;
  /** Milliseconds, for `totalMs`. Default: always 0. */
  readonly now?: () => number;
}

/** An egress in memory, with the requests that it received and did not refuse, in the order of their sending. */
export interface FakeEgress extends Egress {
  /** Headers in the form in which they would be sent, with `user-agent` and `accept-encoding`. */
  readonly requests: readonly EgressRequest[];
}

/** An egress without sockets for tests and simulations. It checks URLs and headers like the real one. */
export function fakeEgress(options: FakeEgressOptions = {}): FakeEgress {
  const now = options.now ?? (() => 0);
  const handler = options.handler ?? (() => ({ status: 200 }));
  const parsed = parseAllowRules(options.allow ?? '0.0.0.0/0, ::/0');
  if (!parsed.ok) throw new Error(parsed.problems.join('; '));
  const guard = createGuard({ allow: parsed.rules, ownListeners: () => [], isInboxOpen: () => false });
  const requests: EgressRequest[] = [];
  let isClosed = false;

  return {
    requests,
    async send(request) {
      const startedAt = now();
      if (isClosed) return failed({ kind: 'reset', message: 'This server is stopping.' }, timings(0));
      const target = checkUrl(guard, request.url);
      const through = request.proxy === undefined ? {} : checkUrl(guard, request.proxy.url);
      const head = 'reason' in target ? target : requestHead(request, target, 'Millrace/0');
      const reason = typeof head === 'string' ? refusalOf(through) : head.reason;
      if (reason !== null) return failed({ kind: 'blocked', message: `Not sent: ${reason}.` }, timings(0));
      const sending = { ...request, headers: headersOf(String(head)) };
      requests.push(sending);
      const index = requests.length - 1;
      const connecting = options.connect?.(request);
      if (connecting instanceof Promise) await connecting;
      if (request.mayWrite?.() === false) {
        requests.splice(requests.indexOf(sending), 1);
        return failed(notWritten, timings(0));
      }
      const given = handler(request, index);
      const isUnsent = 'error' in given && unsentKinds.has(given.error.kind);
      if (!isUnsent) request.onWritten?.();
      const answer = await given;
      return outcomeOf(answer, request, now() - startedAt);
    },
    async probe({ url }) {
      const target = checkUrl(guard, url);
      if ('reason' in target) {
        const message = `Not sent: ${target.reason}.`;
        return [{ name: 'url', ok: false, durationMs: 0, detail: message, error: { kind: 'blocked', message } }];
      }
      const names: ProbeStep['name'][] = target.isTls ? ['url', 'dns', 'connect', 'tls'] : ['url', 'dns', 'connect'];
      return names.map((name) => ({ name, ok: true, durationMs: 0, detail: target.origin }));
    },
    check(url) {
      const target = checkUrl(guard, url);
      return 'reason' in target ? { ok: false, reason: target.reason } : { ok: true };
    },
    async connect({ host, port }) {
      const target = checkMailHost(guard, host, port);
      const message = refusalOf(target) ?? 'there are no sockets here';
      return { kind: 'error', error: { kind: 'blocked', message: `Not sent: ${message}.` } };
    },
    checkHost(host, port) {
      const target = checkMailHost(guard, host, port);
      return 'reason' in target ? { ok: false, reason: target.reason } : { ok: true };
    },
    async [Symbol.asyncDispose]() {
      isClosed = true;
    },
  };
}

/** What the peer never received. A handler that waits has received the request. */
const unsentKinds: ReadonlySet<EgressErrorKind> = new Set(['blocked', 'dns', 'connect', 'tls']);

function outcomeOf(answer: FakeAnswer, request: EgressRequest, tookMs: number): EgressOutcome {
  if ('error' in answer) return failed(answer.error, timings(tookMs, answer.timings));
  const whole =
    typeof answer.body === 'string' ? new TextEncoder().encode(answer.body) : (answer.body ?? new Uint8Array(0));
  const headers = (answer.headers ?? []).map(([name, value]): Header => [name.toLowerCase(), value]);
  const asked = request.responseBytesMax ?? responseBytesMax;
  const bytesMax = isCompressed(headers) ? Math.min(asked, packedBytesMax) : asked;
  return {
    kind: 'response',
    status: answer.status,
    headers,
    body: whole.slice(0, bytesMax),
    truncated: answer.truncated ?? whole.length > bytesMax,
    timings: timings(tookMs, answer.timings),
    resends: answer.resends ?? 0,
  };
}

function failed(error: EgressError, at: EgressTimings): EgressOutcome {
  return { kind: 'error', error, timings: at, resends: 0 };
}

function timings(totalMs: number, part: Partial<EgressTimings> = {}): EgressTimings {
  return { dnsMs: null, connectMs: null, tlsMs: null, firstByteMs: null, totalMs, ...part };
}

function refusalOf(result: object): string | null {
  return 'reason' in result && typeof result.reason === 'string' ? result.reason : null;
}

/** The headers of a request after those that its connection needs. */
function headersOf(head: string): Header[] {
  return head
    .split('\r\n')
    .slice(3, -1)
    .map((line): Header => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]);
}
