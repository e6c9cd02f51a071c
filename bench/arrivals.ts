import { nowUs } from './clock.ts';
import { marks, needleOf, readDigits, readMark } from './marks.ts';

/** The expected run: its number and the largest number of its events. */
export type Expected = { run: number; events: number };

/** Events received since `expect`. `strays` belong to other runs or have no mark. */
export type Arrived = {
  distinct: number;
  repeated: number;
  strays: number;
  firstUs: number;
  lastUs: number;
  /** When each tenth of the expected events was complete. */
  tenthsUs: number[];
};

const number = needleOf('number');
const time = needleOf('time');

/** Counts the events of a run as they arrive in bodies of requests. */
export function createArrivals() {
  let run = -1;
  let seen = new Uint8Array(0);
  let latencyMs = new Float64Array(0);
  let arrivedUs = new Float64Array(0);
  let counts = noneYet();

  return {
    expect(expected: Expected): void {
      run = expected.run;
      seen = new Uint8Array(expected.events);
      latencyMs = new Float64Array(expected.events).fill(Number.NaN);
      arrivedUs = new Float64Array(expected.events);
      counts = noneYet();
    },
    counts: (): Arrived => counts,
    /** Milliseconds from sending to receiving, of the received events, in order of their numbers. */
    latencies: (): Float64Array => latencyMs.filter((one) => !Number.isNaN(one)),
    /** When each event arrived, in microseconds, in order of arrival. */
    times: (): Float64Array => arrivedUs.subarray(0, counts.distinct),
    receive(body: Buffer): void {
      const at = body.indexOf(number);
      const mark = at === -1 ? null : readMark(readDigits(body, at + number.length, marks.number.digits));
      const count = mark === null || mark.run !== run ? undefined : seen[mark.n];
      if (mark === null || count === undefined) {
        counts.strays += 1;
        return;
      }
      if (count > 0) {
        counts.repeated += 1;
        return;
      }
      seen[mark.n] = 1;
      const now = nowUs();
      const timeAt = body.indexOf(time, at);
      latencyMs[mark.n] = (now - readDigits(body, timeAt + time.length, marks.time.digits)) / 1_000;
      arrivedUs[counts.distinct] = now;
      counts.distinct += 1;
      counts.firstUs ||= now;
      counts.lastUs = now;
      if (counts.distinct >= (seen.length * (counts.tenthsUs.length + 1)) / 10) counts.tenthsUs.push(now);
    },
  };
}

function noneYet(): Arrived {
  return { distinct: 0, repeated: 0, strays: 0, firstUs: 0, lastUs: 0, tenthsUs: [] };
}
