import type { ServerResponse } from 'node:http';
import { covers } from '../../contract/accounts/rights.ts';
import { AppError } from '../../contract/errors.ts';
import type { Event } from '../../contract/records/event.ts';
import type { Credential } from '../../identity/principal.ts';
import type { Rule } from '../../pipeline/snapshot/snapshot.ts';
import type { ApiParts, Call } from '../call/call.ts';
import { overShare, ownerOf } from '../call/fair-share.ts';
import { withoutData } from '../call/payload-redaction.ts';
import { isSought } from './event-search.ts';

const streamsMax = 100;
/** Events per second of one stream; people can't follow more. */
const eventsPerSecond = 50;
/** Unsent output of one stream; a single event can be larger. */
const bufferBytesMax = 1_048_576;
const heartbeatMs = 15_000;

/** One client. */
type Stream = {
  owner: string;
  query: Call<'streamEvents'>['query'];
  output: LimitedOutput;
  credential: Credential | null;
  showsData: boolean;
};

export type EventStreams = { open(call: Call<'streamEvents'>): void; closeAll(): void };

/**
 * Server-sent events: `event: event` with `{event, matched: [{id, name}]}`, and a comment every 15 s to keep the
 * connection open. A stream gets at most 50 events a second and buffers 1 MiB of unsent output. Above that it becomes a
 * sample, and each second `event: skipped` with `{count}` gives the number of events left out. A client whose buffer is
 * still full at the next comment is disconnected. A stream ends when its credential or its right ends, and when another
 * reader needs its place and its owner has more than a fair share. Messages have no
 * ids, because a stream can't be resumed: the events that a client missed are in the list of events.
 */
export function eventStreams(parts: Pick<ApiParts, 'pipeline' | 'identity'>): EventStreams {
  const streams = new Set<Stream>();
  let stop: (() => void) | null = null;

  function tell(event: Event, matched: readonly Rule[]) {
    const names = matched.map(({ action }) => ({ id: action.id, name: action.body.name }));
    const messages = new Map<boolean, Buffer>();
    for (const stream of streams) {
      if (!isSought(event, matched, stream.query) || !stream.output.hasRoom()) continue;
      let message = messages.get(stream.showsData);
      if (message === undefined) {
        const shown = stream.showsData ? event : withoutData(event);
        const data = JSON.stringify({ event: shown, matched: names });
        message = Buffer.from(`event: event\ndata: ${data}\n\n`);
        messages.set(stream.showsData, message);
      }
      stream.output.write(message);
    }
  }

  /** Ends the streams whose client has lost the right to see events. */
  function checkRights() {
    for (const stream of streams) {
      const { credential, query } = stream;
      const rights = (credential === null ? null : parts.identity.authenticate(credential, 'look'))?.rights;
      stream.showsData = rights !== undefined && covers(rights, 'payloads:view');
      const mayStay = rights !== undefined && covers(rights, 'events:view');
      if (!mayStay || (query.parameter !== undefined && !stream.showsData)) end(stream);
    }
  }

  function beat() {
    checkRights();
    for (const { output } of streams) output.beat();
  }

  /** Ends a stream. Nothing more is written to it; buffered output can still be read. */
  function end(stream: Stream) {
    forget(stream);
    stream.output.to.end();
  }

  function forget(stream: Stream) {
    streams.delete(stream);
    if (streams.size > 0) return;
    stop?.();
    stop = null;
  }

  /** Subscribes while there are streams. */
  function start(): () => void {
    const unwatch = (['evaluated', 'evaluatedElsewhere'] as const).map((kind) =>
      parts.pipeline.events.on(kind, (events) => {
        for (const [event, rules] of events) tell(event, rules);
      }),
    );
    const reportSkipped = () => {
      for (const { output } of streams) output.reportSkipped();
    };
    const timers = [setInterval(reportSkipped, 1_000), setInterval(beat, heartbeatMs)];
    for (const timer of timers) timer.unref();
    const unwatchAccounts = parts.identity.directory.watch(checkRights);
    return () => {
      for (const end of unwatch) end();
      unwatchAccounts();
      for (const timer of timers) clearInterval(timer);
    };
  }

  return {
    open({ reply, request, principal, query, may }) {
      const owner = ownerOf(principal);
      if (streams.size >= streamsMax) {
        const other = overShare(streams, owner);
        if (other === null) throw new AppError('rate_limited', `The limit of ${streamsMax} streams is reached.`);
        end(other);
      }
      const to = reply.raw;
      const { credential } = request;
      const stream = { owner, query, output: new LimitedOutput(to), credential, showsData: may('payloads:view') };
      reply.hijack();
      to.writeHead(200, {
        ...Object.fromEntries(Object.entries(reply.getHeaders()).map(([name, value]) => [name, String(value)])),
        'content-type': 'text/event-stream',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      });
      to.write(': events as they are matched\n\n');
      streams.add(stream);
      stop ??= start();
      // A connection error is followed by `close`.
      to.on('error', () => {});
      to.on('close', () => forget(stream));
    },
    closeAll() {
      for (const stream of streams) end(stream);
    },
  };
}

/** The output to one client, within its limits. */
class LimitedOutput {
  readonly to: ServerResponse;
  #sentThisSecond = 0;
  /** The matching events left out since the last `skipped` message. */
  #skipped = 0;
  #isFull = false;

  constructor(to: ServerResponse) {
    this.to = to;
  }

  /** Full from the first message without room until half of the buffer is read: a stalled client gets nothing more. */
  #isStalled(): boolean {
    if (this.to.writableLength <= bufferBytesMax / 2) this.#isFull = false;
    return this.#isFull;
  }

  /** Whether another event may be written; counts it as skipped if not. */
  hasRoom(): boolean {
    const hasRoom = this.#sentThisSecond < eventsPerSecond && !this.#isStalled();
    if (!hasRoom) this.#skipped += 1;
    return hasRoom;
  }

  write(message: Buffer): void {
    const { writableLength } = this.to;
    this.#isFull = writableLength > 0 && writableLength + message.length > bufferBytesMax;
    if (this.#isFull) {
      this.#skipped += 1;
      return;
    }
    this.#sentThisSecond += 1;
    this.to.write(message);
  }

  /** To call each second. */
  reportSkipped(): void {
    this.#sentThisSecond = 0;
    if (this.#skipped === 0 || this.#isStalled()) return;
    this.to.write(`event: skipped\ndata: ${JSON.stringify({ count: this.#skipped })}\n\n`);
    this.#skipped = 0;
  }

  /** Keeps the connection open; disconnects a client that reads nothing. */
  beat(): void {
    if (this.#isStalled()) this.to.destroy();
    else this.to.write(': still here\n\n');
  }
}
