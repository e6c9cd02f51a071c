import { Pool } from 'undici';
import { seededRandom } from '../../src/cli/demo/random.ts';
import { answerCalls } from '../child.ts';
import { nowUs } from '../clock.ts';
import { placesIn, sampleEvent } from '../events.ts';
import { markOf, marks, writeDigits } from '../marks.ts';

export type LoopCalls = {
  /** Sends 1 KB requests through undici's `Pool.request`, `inFlight` at a time; returns the duration. */
  run(loop: { port: number; run: number; requests: number; inFlight: number }): Promise<{ us: number }>;
};

/** The floor of every sender: a loop without anything else. */
answerCalls<LoopCalls>({
  async run({ port, run, requests, inFlight }) {
    const pool = new Pool(`http://127.0.0.1:${port}`, { connections: inFlight, pipelining: 1 });
    const random = seededRandom(run);
    let next = 0;
    async function work() {
      const body = Buffer.from(JSON.stringify(sampleEvent(random)));
      const [place] = placesIn(body);
      if (place === undefined) throw new Error('no marks');
      for (let n = next++; n < requests; n = next++) {
        writeDigits(body, place.number, marks.number.digits, markOf(run, n));
        writeDigits(body, place.time, marks.time.digits, nowUs());
        const answer = await pool.request({
          path: '/hook',
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body,
        });
        if (answer.statusCode !== 200) throw new Error(`the sink answered ${answer.statusCode}`);
        await answer.body.dump();
      }
    }
    const startedUs = nowUs();
    await Promise.all(Array.from({ length: inFlight }, work));
    const us = nowUs() - startedUs;
    await pool.close();
    return { us };
  },
});
