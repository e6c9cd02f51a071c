import type { RenderOutcome } from '../sandbox.ts';
import type { Renderer } from './renderer.ts';

/** Modifies everything that a script can reach, and returns the state it found before. */
const STAINING = `
let runs = 0;
globalThis.__render = (input) => {
  const found = [++runs, typeof stain, typeof {}.stain, typeof [].flat, input, Math.random(), Date.now()].join();
  globalThis.stain = 'x'.repeat(300000);
  Object.prototype.stain = () => found;
  delete Array.prototype.flat;
  Promise.resolve(found).then(() => { throw new Error(found); });
  return found;
};`;

/** Whether each of two renderers with the same snapshot layout starts every render with unmodified state. */
export async function passesSelfTest(one: Renderer, other: Renderer): Promise<boolean> {
  const job = { program: { key: 'self-test', source: STAINING }, input: 'é', nowMs: 1_700_000_000_000 };
  const render = async (renderer: Renderer, seed: string) => {
    await renderer.ready();
    return textOf(renderer.render({ ...job, seed }));
  };
  const first = await render(one, 'a');
  const different = await render(one, 'b');
  const again = [await render(one, 'a'), await render(other, 'a')];
  const expected = /^1,undefined,undefined,function,é,0\.\d+(e-\d+)?,1700000000000$/;
  return (
    expected.test(first) && expected.test(different) && different !== first && again.every((text) => text === first)
  );
}

function textOf(outcome: RenderOutcome): string {
  return outcome.kind === 'returned' ? outcome.output : outcome.message;
}
