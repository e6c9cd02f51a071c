import fc from 'fast-check';
import { answers } from '../../src/egress/http1/testing/answers.testing.ts';
import { compare } from '../../src/egress/http1/testing/differential.testing.ts';

const BATCH = 1_000;
const FAULTS_MAX = 20;

export type AnswerFuzz = {
  /** How our client ended with these responses. */
  outcomes: { complete: number; cut: number; error: number };
  /** Responses that it reads otherwise than undici or node:http, and not on purpose. */
  faults: string[];
};

/** Compares the HTTP client of the egress with undici and node:http, on valid and hostile responses. */
export async function fuzzAnswers({ count, seed }: { count: number; seed: number }): Promise<AnswerFuzz> {
  const found: AnswerFuzz = { outcomes: { complete: 0, cut: 0, error: 0 }, faults: [] };
  for (let done = 0; done < count && found.faults.length < FAULTS_MAX; done += BATCH) {
    const numRuns = Math.min(BATCH, count - done);
    for (const answer of fc.sample(answers, { numRuns, seed: seed + done })) {
      const { ours, difference } = await compare(answer);
      found.outcomes[ours]++;
      if (difference !== null) found.faults.push(difference);
    }
  }
  return found;
}
