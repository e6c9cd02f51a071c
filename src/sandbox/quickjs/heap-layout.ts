import { openRealm } from './context.ts';
import type { Engine } from './engine.ts';
import { isCleanElsewhere, type Layout, takeBase } from './heap-snapshot.ts';
import { newRenderer, type Renderer, type RendererParts } from './renderer.ts';

/**
 * Opens a realm, copies it, and tests on new engines that a restore clears all effects of a script. Null: the layout
 * of this build of the engine is not as expected, and nothing may be restored.
 */
export async function findLayout(parts: RendererParts): Promise<Layout | null> {
  const engine = await parts.newEngine();
  const realm = openRealm(engine, parts.clock, parts.limits.outputBytes);
  const base = realm.random === 0 ? null : takeBase(engine, realm.context);
  if (base === null) return null;
  const layout = { realm, base };

  const tested: Engine[] = [];
  const newEngine = async () => {
    const fresh = await parts.newEngine();
    tested.push(fresh);
    return fresh;
  };
  const testParts = { ...parts, newEngine };
  const isSafe = await passesSelfTest(newRenderer(testParts, layout), newRenderer(testParts, layout));
  return isSafe && tested.every((used) => isCleanElsewhere(used, base)) ? layout : null;
}

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
async function passesSelfTest(one: Renderer, other: Renderer): Promise<boolean> {
  const job = { program: { key: 'self-test', source: STAINING }, input: 'é', nowMs: 1_700_000_000_000 };
  const render = async (renderer: Renderer, seed: string) => {
    await renderer.ready();
    const outcome = renderer.render({ ...job, seed });
    return outcome.kind === 'returned' ? outcome.output : outcome.message;
  };
  const first = await render(one, 'a');
  const different = await render(one, 'b');
  const again = [await render(one, 'a'), await render(other, 'a')];
  const expected = /^1,undefined,undefined,function,é,0\.\d+(e-\d+)?,1700000000000$/;
  return (
    expected.test(first) && expected.test(different) && different !== first && again.every((text) => text === first)
  );
}
