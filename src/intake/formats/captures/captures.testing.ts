import { readFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import inject, { type InjectOptions } from 'light-my-request';
import type { startTestServer } from '../../../api/testing/server.testing.ts';
import type { Event } from '../../../contract/records/event.ts';

type TestServer = Awaited<ReturnType<typeof startTestServer>>;

/** A captured request; `body` before compression, `base64` where it is no text. */
export type CapturedRequest = {
  method: string;
  path: string;
  headers: Record<string, string>;
  body?: string;
  base64?: string;
  gzip?: true;
  /** The status of the recording server, where it was not a success. */
  answered?: number;
};

export type CapturedEvent = Pick<Event, 'name' | 'visitorId' | 'anonymousId' | 'sessionId' | 'occurredAt' | 'data'> & {
  format: string;
};

/**
 * One run of a program with an unmodified SDK. `requests`: a number is the request at that index, repeated. `events`: what
 * the run stores, in order.
 */
export type Run = {
  run: string;
  receivedAt: string;
  requests: (CapturedRequest | number)[];
  events: CapturedEvent[];
};

/** The captured runs of a vendor's SDKs, in the order of their times. */
export function capturedRuns(vendor: string): Run[] {
  const lines = gunzipSync(readFileSync(new URL(`${vendor}.jsonl.gz`, import.meta.url))).toString();
  const runs = lines
    .trim()
    .split('\n')
    .map((line): Run => JSON.parse(line));
  return runs.sort((a, b) => Date.parse(a.receivedAt) - Date.parse(b.receivedAt));
}

/** The key of the collector in captured requests. */
const capturedKey = 'COLLECTORKEY';
const capturedBasic = Buffer.from(`${capturedKey}:`).toString('base64');

/** Puts the key of a collector in a captured text. */
export function withKeyOf(key: string): (text: string) => string {
  const basic = Buffer.from(`${key}:`).toString('base64');
  return (text) => text.replaceAll(capturedKey, key).replaceAll(capturedBasic, basic);
}

/** Sends the requests of a run to a collector; returns the status of each response, with its body where it is an error. */
export async function replay({ handle, clock }: TestServer, { receivedAt, requests }: Run, key: string) {
  clock.now = Math.max(clock.now, Date.parse(receivedAt));
  const withKey = withKeyOf(key);
  const answers: { method: string; status: number; body: string; type: string; headers: Record<string, unknown> }[] =
    [];
  for (const one of requests) {
    const request = typeof one === 'number' ? requests[one] : one;
    if (request === undefined || typeof request === 'number') throw new Error('the capture names no request');
    const { method, path, headers, body, base64, gzip } = request;
    const content = base64 === undefined ? Buffer.from(withKey(body ?? '')) : Buffer.from(base64, 'base64');
    const answer = await inject(handle, {
      method: method as NonNullable<InjectOptions['method']>, // the methods of HTTP
      url: withKey(path),
      headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, withKey(value)])),
      ...(method === 'POST' ? { payload: gzip ? gzipSync(content) : content } : {}),
    });
    const type = String(answer.headers['content-type'] ?? '');
    answers.push({ method, status: answer.statusCode, body: answer.body, type, headers: answer.headers });
  }
  return answers;
}

/** The events that a collector has stored, in order. */
export async function storedEvents({ journal }: TestServer, collectorId: string): Promise<CapturedEvent[]> {
  const { events } = await journal.log.search({ limit: 1_000, lookedMax: 10_000, collectorId });
  return events.reverse().map(({ name, visitorId, anonymousId, sessionId, occurredAt, data, source: { format } }) => ({
    name,
    visitorId,
    anonymousId,
    sessionId,
    occurredAt,
    data,
    format,
  }));
}
