import { batcher } from '../../src/async/batcher.ts';
import { seededRandom } from '../../src/cli/demo/random.ts';
import { inlineCompute } from '../../src/compute/inline.ts';
import { type DestinationBody, destinationInput } from '../../src/contract/documents/destination.ts';
import { planRender } from '../../src/pipeline/attempt/render.ts';
import { quickjsSandbox } from '../../src/sandbox/quickjs/quickjs-sandbox.ts';
import type { RenderJob } from '../../src/sandbox/sandbox.ts';
import { composeProgram, decodeOutput } from '../../src/template/compile/program.ts';
import { answerCalls } from '../child.ts';
import { nowUs } from '../clock.ts';
import { sampleEvent } from '../events.ts';

export type RendersCalls = {
  /** Renders in one sandbox thread, in batches of 64, two at a time; returns renders per second. */
  inSandbox(input: { template: string; renders: number }): Promise<{ perSecond: number }>;
  /** Renders like a delivery, which needs no sandbox for the simplest templates. */
  asDelivered(input: { template: string; renders: number }): Promise<{ perSecond: number }>;
};

const batch = 64;
const outstanding = 2;
/** Long, because the watchdog might take a thread that gets no processor time for one that hangs. */
const graceMs = 5_000;
const nowMs = Date.UTC(2026, 0, 1);
const random = seededRandom(1);
const records = Array.from({ length: batch }, () => sampleEvent(random));

answerCalls<RendersCalls>({
  async inSandbox({ template, renders }) {
    await using sandbox = await quickjsSandbox({ workers: 1, graceMs });
    const composed = composeProgram({
      template,
      escape: 'auto',
      contentType: 'application/json',
      path: '/hook',
      headers: [],
      mapping: null,
    });
    if (!composed.ok) throw new Error(composed.problems[0]?.message);
    const program = { ...composed.program, key: 'benchmark' };
    const jobs = records.map((record, i): RenderJob => {
      return { program, input: JSON.stringify({ data: [record] }), seed: `dlv_${i}`, nowMs };
    });
    let left = 0;
    const work = async () => {
      while (left > 0) {
        left -= batch;
        for (const outcome of await sandbox.render(jobs)) {
          if (outcome.kind !== 'returned') throw new Error(outcome.message);
          check(decodeOutput(outcome.output));
        }
      }
    };
    const pass = async (count: number) => {
      left = count;
      await Promise.all(Array.from({ length: outstanding }, work));
    };
    await pass(renders / 4);
    return await timed(renders, () => pass(renders));
  },

  async asDelivered({ template, renders }) {
    await using sandbox = await quickjsSandbox({ workers: 1, graceMs });
    const run = (jobs: RenderJob[]) => sandbox.render(jobs);
    const plan = planRender(
      { compose: inlineCompute().compose, render: batcher({ run, size: batch, outstanding }) },
      null,
      { id: 'dst', body: bodyOf(template) },
    );
    const destination = { id: 'dst', name: 'Sink' };
    const meta = { deliveryId: 'dlv', idempotencyKey: 'dlv', action: null, destination, time: nowMs };
    const pass = async (count: number) => {
      for (let done = 0; done < count; done += batch)
        await Promise.all(
          records.map(async (record) => {
            const rendering = await plan.render({ data: [record], events: [], meta });
            if (rendering.kind !== 'rendered') throw new Error(rendering.reason);
          }),
        );
    };
    await pass(renders / 4);
    return await timed(renders, () => pass(renders));
  },
});

async function timed(count: number, run: () => Promise<void>): Promise<{ perSecond: number }> {
  const startedUs = nowUs();
  await run();
  return { perSecond: (count * 1e6) / (nowUs() - startedUs) };
}

function check(output: ReturnType<typeof decodeOutput>) {
  if (output.kind !== 'body') throw new Error(output.reason);
  if (!output.body.startsWith('{')) throw new Error('not the output of the template');
}

function bodyOf(template: string): DestinationBody {
  return destinationInput.parse({ name: 'Sink', path: '/hook', status: 'enabled', template }) as DestinationBody; // no secrets in it
}
