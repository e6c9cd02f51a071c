import { batcher } from '../../async/batcher.ts';
import { AppError } from '../../contract/errors.ts';
import type { RenderJob, RenderOutcome, Sandbox } from '../../sandbox/sandbox.ts';
import type { RenderEngine } from '../attempt/render.ts';

const charactersMax = 64 * 2 ** 20;

/**
 * Renders drafts apart from deliveries, since anyone who may see connections can send some: however many hang, deliveries
 * don't wait for them. The characters of those that wait are bounded; beyond, it throws AppError `unavailable`.
 */
export function draftRenders(sandbox: Pick<Sandbox, 'render'>): RenderEngine['render'] {
  const run = (jobs: RenderJob[]) => sandbox.render(jobs);
  const render = batcher<RenderJob, RenderOutcome>({ run, size: 64, outstanding: 2 });
  let waiting = 0;
  return async (job) => {
    const characters = job.input.length + job.program.source.length;
    if (waiting + characters > charactersMax)
      throw new AppError('unavailable', 'Too many drafts wait to be rendered. Try again later.');
    waiting += characters;
    try {
      return await render({ ...job, group: 'drafts' });
    } finally {
      waiting -= characters;
    }
  };
}
