import type { Timings } from '../../../contract/records/delivery.ts';

export type StageName = 'queue' | 'token' | 'dns' | 'connect' | 'tls' | 'wait' | 'download';

/** A part of an attempt: when it began, counted from the start of the attempt (before it: negative), and how long it took. */
export type Stage = { name: StageName; startMs: number; ms: number };

/**
 * The parts of an attempt one after the other. Waiting in the queue lies before the start; the token comes before the
 * exchange, whose own time is `totalMs`. What took no time is left out.
 */
export function stagesOf(timings: Timings): Stage[] {
  const { queueMs, tokenMs, dnsMs, connectMs, tlsMs, firstByteMs, totalMs } = timings;
  const opening = (dnsMs ?? 0) + (connectMs ?? 0) + (tlsMs ?? 0);
  // Without a token there was no exchange, and the total is the token's time.
  const hasExchange = firstByteMs !== null || tokenMs === null || totalMs !== tokenMs;
  const answeredMs = firstByteMs ?? totalMs;
  const lengths: [StageName, number][] = [
    ['token', tokenMs ?? 0],
    ['dns', dnsMs ?? 0],
    ['connect', connectMs ?? 0],
    ['tls', tlsMs ?? 0],
    ['wait', hasExchange ? Math.max(0, answeredMs - opening) : 0],
    ['download', hasExchange ? Math.max(0, totalMs - answeredMs) : 0],
  ];
  const stages: Stage[] = queueMs === null ? [] : [{ name: 'queue', startMs: -queueMs, ms: queueMs }];
  let startMs = 0;
  for (const [name, ms] of lengths) {
    stages.push({ name, startMs, ms });
    startMs += ms;
  }
  return stages.filter(({ ms }) => ms > 0);
}
