import type { CallInput } from '../../client/client.ts';
import type { Event } from '../../contract/records/event.ts';
import { tokenOf } from '../session/session.ts';
import { streamReader } from './server-sent-events.ts';

/** An event as it is matched, with the Actions that it fits. */
export type StreamedEvent = { event: Event; matched: readonly { id: string; name: string }[] };

export type StreamState = 'connecting' | 'live' | 'away';

type Listeners = {
  onEvent: (streamed: StreamedEvent) => void;
  /** How many events were left out: the server sends a sample of what is too fast to follow. */
  onSkipped: (count: number) => void;
  onState: (state: StreamState) => void;
};

const againFirstMs = 500;
const againMsMax = 5_000;

/**
 * Follows the events that fit the query until the signal says stop. Read with `fetch`, because a browser's EventSource
 * can't carry a token. When the server goes away, it is asked again, ever slower; events of that time are for the
 * caller to read.
 */
export function followEvents(
  query: NonNullable<CallInput<'streamEvents'>['query']>,
  listeners: Listeners,
  signal: AbortSignal,
): void {
  const asked = new URLSearchParams(
    Object.entries(query).flatMap(([name, value]) => (value === undefined || value === '' ? [] : [[name, value]])),
  );
  let waitMs = againFirstMs;

  async function connect() {
    listeners.onState('connecting');
    const token = tokenOf();
    try {
      const response = await fetch(`/api/v1/events/stream?${asked}`, {
        headers: { accept: 'text/event-stream', ...(token === null ? {} : { authorization: `Bearer ${token}` }) },
        signal,
      });
      if (!response.ok || response.body === null) throw new Error(`The stream answered ${response.status}.`);
      listeners.onState('live');
      waitMs = againFirstMs;
      await read(response.body);
    } catch {
      // Told as the state: the list itself says what is wrong when it is asked for.
    }
    if (signal.aborted) return;
    listeners.onState('away');
    setTimeout(() => {
      if (!signal.aborted) void connect();
    }, waitMs);
    waitMs = Math.min(waitMs * 2, againMsMax);
  }

  async function read(body: ReadableStream<Uint8Array>) {
    const push = streamReader(({ event, data }) => {
      if (event === 'event') listeners.onEvent(JSON.parse(data) as StreamedEvent); // what this message holds by contract
      if (event === 'skipped') listeners.onSkipped((JSON.parse(data) as { count: number }).count); // the same
    });
    const decoder = new TextDecoder();
    const reader = body.getReader();
    for (let piece = await reader.read(); !piece.done; piece = await reader.read())
      push(decoder.decode(piece.value, { stream: true }));
  }

  void connect();
}
