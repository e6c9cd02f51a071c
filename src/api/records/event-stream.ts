import type { ServerResponse } from 'node:http';
import { covers, type Right } from '../../contract/accounts/rights.ts';
import { AppError } from '../../contract/errors.ts';
import type { Event } from '../../contract/records/event.ts';
import type { Credential } from '../../identity/principal.ts';
import type { Rule } from '../../pipeline/snapshot/snapshot.ts';
import type { ApiParts, Call } from '../call/call.ts';
import { withoutData } from '../call/payload-redaction.ts';
import { checkMaySearch, isSought } from './event-filter.ts';

const streamsMax = 100;
/** Events per second of one stream; people can't follow more. */
const eventsPerSecond = 50;
/** Unsent output of one stream; a single event can be larger. */
const bufferBytesMax = 1_048_576;
const heartbeatMs = 15_000;

export type EventStreams = { open(call: Call<'streamEvents'>): void; closeAll(): void };

/** One client. `skipped` counts the matching events left out since the last `skipped` message. */
type Stream = {
  query: Call<'streamEvents'>['query'];
  to: ServerResponse;
  credential: Credential | null;
  showsData: boolean;
  sentThisSecond: number;
  skipped: number;
  isFull: boolean;
};

/**
 * Server-sent events: `event: event` with `{event, matched: [{id, name}]}`, and a comment every 15 s to keep the
 * connection open. A stream gets at most 50 events a second and buffers 1 MiB of unsent output. Above that it becomes a
 * sample, and each second `event: skipped` with `{count}` gives the number of events left out. A client whose buffer is
 * still full at the next comment is disconnected. A stream ends when its credential or its right ends.
 */
export function eventStreams(parts: Pick<ApiParts, 'pipeline' | 'identity'>): EventStreams {
  const streams = new Set<Stream>();
  let stop: (() => void) | null = null;

  function tell(event: Event, matched: readonly Rule[]) {
    const names = matched.map(({ action }) => ({ id: action.id, name: action.body.name }));
    const messages = new Map<boolean, Buffer>();
    for (const stream of streams) {
      if (!isSought(event, matched, stream.query)) continue;
      if (stream.sentThisSecond >= eventsPerSecond || isFull(stream)) {
        stream.skipped += 1;
        continue;
      }
      let message = messages.get(stream.showsData);
      if (message === undefined) {
        const shown = stream.showsData ? event : withoutData(event);
        const data = JSON.stringify({ event: shown, matched: names });
        message = Buffer.from(`id: ${event.id}\nevent: event\ndata: ${data}\n\n`);
        messages.set(stream.showsData, message);
      }
      const { writableLength } = stream.to;
      stream.isFull = writableLength > 0 && writableLength + message.length > bufferBytesMax;
      if (stream.isFull) {
        stream.skipped += 1;
        continue;
      }
      stream.sentThisSecond += 1;
      stream.to.write(message);
    }
  }

  function eachSecond() {
    for (const stream of streams) {
      stream.sentThisSecond = 0;
      if (stream.skipped === 0 || isFull(stream)) continue;
      stream.to.write(`event: skipped\ndata: ${JSON.stringify({ count: stream.skipped })}\n\n`);
      stream.skipped = 0;
    }
  }

  /** Ends the streams whose client has lost the right to see events. */
  function checkRights() {
    for (const stream of streams) {
      const { credential, query } = stream;
      const principal = credential === null ? null : parts.identity.authenticate(credential, 'look');
      const may = (right: Right) => principal !== null && covers(principal.rights, right);
      stream.showsData = may('payloads:view');
      if (!may('events:view') || (query.parameter !== undefined && !stream.showsData)) end(stream);
    }
  }

  function beat() {
    checkRights();
    for (const stream of streams) {
      if (isFull(stream)) stream.to.destroy();
      else stream.to.write(': still here\n\n');
    }
  }

  /** Ends a stream. Nothing more is written to it; buffered output can still be read. */
  function end(stream: Stream) {
    forget(stream);
    stream.to.end();
  }

  function forget(stream: Stream) {
    streams.delete(stream);
    if (streams.size > 0) return;
    stop?.();
    stop = null;
  }

  /** Subscribes while there are streams. */
  function start(): () => void {
    const unwatch = parts.pipeline.events.on('matched', (events) => {
      for (const [event, rules] of events) tell(event, rules);
    });
    const timers = [setInterval(eachSecond, 1_000), setInterval(beat, heartbeatMs)];
    for (const timer of timers) timer.unref();
    const unwatchAccounts = parts.identity.directory.watch(checkRights);
    return () => {
      unwatch();
      unwatchAccounts();
      for (const timer of timers) clearInterval(timer);
    };
  }

  return {
    open({ reply, request, query, may }) {
      checkMaySearch(query, may);
      if (streams.size >= streamsMax)
        throw new AppError('rate_limited', `The limit of ${streamsMax} streams is reached.`);
      const to = reply.raw;
      const { credential } = request;
      const showsData = may('payloads:view');
      const stream: Stream = { query, to, credential, showsData, sentThisSecond: 0, skipped: 0, isFull: false };
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

/** Full from the first message without room until half of the buffer is read: a stalled client gets nothing more. */
function isFull(stream: Stream): boolean {
  if (stream.to.writableLength <= bufferBytesMax / 2) stream.isFull = false;
  return stream.isFull;
}
