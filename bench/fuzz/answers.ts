import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { answers } from '../../src/egress/http1/testing/answers.testing.ts';
import { compare, readOverBoth } from '../../src/egress/http1/testing/differential.testing.ts';

const BATCH = 1_000;
const faultsMax = 20;

export type AnswerFuzz = {
  /** How our client ended with these responses. */
  outcomes: { complete: number; cut: number; error: number };
  /** Responses that it reads otherwise than undici or node:http, and not on purpose, or otherwise over TLS. */
  faults: string[];
};

/** Compares the HTTP client of the egress with undici and node:http, and with itself over TLS, on valid and hostile responses. */
export async function fuzzAnswers({ count, seed }: { count: number; seed: number }): Promise<AnswerFuzz> {
  const found: AnswerFuzz = { outcomes: { complete: 0, cut: 0, error: 0 }, faults: [] };
  let seen = 0;
  for (let done = 0; done < count && found.faults.length < faultsMax; done += BATCH) {
    const numRuns = Math.min(BATCH, count - done);
    for (const answer of fc.sample(answers, { numRuns, seed: seed + done })) {
      const { ours, difference } = await compare(answer);
      found.outcomes[ours]++;
      if (difference !== null) found.faults.push(difference);
      if (seen++ % 20 !== 0) continue;
      const both = await readOverBoth(answer);
      if (!isDeepStrictEqual(both.plain, both.secured)) found.faults.push(JSON.stringify(both));
    }
  }
  return found;
}
