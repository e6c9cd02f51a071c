import type { ServerResponse } from 'node:http';
import { AppError } from '../contract/errors.ts';
import type { Event } from '../contract/event.ts';
import { covers, type Right } from '../contract/rights.ts';
import type { Credential } from '../identity/principal.ts';
import type { Rule } from '../pipeline/configuration.ts';
import type { ApiParts, Call } from './call.ts';
import { checkMaySearch, isSought } from './event-filter.ts';
import { withoutData } from './payloads.ts';

const streamsMax = 100;
/** Events per second of one stream; a person can't follow more. */
const eventsPerSecond = 50;
/** What may wait in a stream whose reader is slow. */
const bufferBytesMax = 1_048_576;
const heartbeatMs = 15_000;

export type EventStreams = { open(call: Call<'streamEvents'>): void; closeAll(): void };

/** A reader of events. `skipped` counts what it was not sent since it was last told so, of what it seeks. */
type Stream = {
  query: Call<'streamEvents'>['query'];
  to: ServerResponse;
  credential: Credential | null;
  showsData: boolean;
  sentThisSecond: number;
  skipped: number;
};

/**
 * Server-sent events: `event: event` with `{event, matched: [{id, name}]}`. Too fast for a stream, or for its reader, it
 * becomes a sample: `event: skipped` with `{count}` tells each second how many were left out. Nothing waits for a slow
 * reader. A comment every 15 s keeps the way open. A stream ends with the credentials that it was opened with, and with their right.
 */
export function eventStreams(parts: Pick<ApiParts, 'pipeline' | 'identity'>): EventStreams {
  const streams = new Set<Stream>();
  let stop: (() => void) | null = null;

  function tell(event: Event, matched: readonly Rule[]) {
    const names = matched.map(({ action }) => ({ id: action.id, name: action.body.name }));
    const texts = new Map<boolean, string>();
    for (const stream of streams) {
      if (!isSought(event, matched, stream.query)) continue;
      if (stream.sentThisSecond >= eventsPerSecond || stream.to.writableLength > bufferBytesMax) {
        stream.skipped += 1;
        continue;
      }
      let text = texts.get(stream.showsData);
      if (text === undefined) {
        const shown = stream.showsData ? event : withoutData(event);
        text = `id: ${event.id}\nevent: event\ndata: ${JSON.stringify({ event: shown, matched: names })}\n\n`;
        texts.set(stream.showsData, text);
      }
      stream.sentThisSecond += 1;
      stream.to.write(text);
    }
  }

  function eachSecond() {
    for (const stream of streams) {
      stream.sentThisSecond = 0;
      if (stream.skipped === 0 || stream.to.writableLength > bufferBytesMax) continue;
      stream.to.write(`event: skipped\ndata: ${JSON.stringify({ count: stream.skipped })}\n\n`);
      stream.skipped = 0;
    }
  }

  /** Ends the streams of those who may not see events (any more). */
  function checkRights() {
    for (const stream of streams) {
      const { credential, query } = stream;
      const principal = credential === null ? null : parts.identity.authenticate(credential, 'look');
      const may = (right: Right) => principal !== null && covers(principal.rights, right);
      stream.showsData = may('payloads:view');
      if (!may('events:view') || (query.parameter !== undefined && !stream.showsData)) stream.to.end();
    }
  }

  function beat() {
    checkRights();
    for (const stream of streams) {
      if (stream.to.writableEnded) continue;
      if (stream.to.writableLength <= bufferBytesMax) stream.to.write(': still here\n\n');
      else stream.to.destroy();
    }
  }

  /** Listens while somebody reads. */
  function start(): () => void {
    const unwatch = parts.pipeline.watch((news) => {
      if (news.kind === 'event') tell(news.event, news.matched);
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
      if (streams.size >= streamsMax) throw new AppError('rate_limited', `There are ${streamsMax} streams already.`);
      const to = reply.raw;
      const { credential } = request;
      const stream = { query, to, credential, showsData: may('payloads:view'), sentThisSecond: 0, skipped: 0 };
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
      to.on('close', () => {
        streams.delete(stream);
        if (streams.size > 0) return;
        stop?.();
        stop = null;
      });
    },
    closeAll() {
      for (const { to } of streams) to.end();
    },
  };
}
