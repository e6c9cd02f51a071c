import { openRealm } from './context.ts';
import type { Engine } from './engine.ts';
import { isCleanElsewhere, type Layout, takeBase } from './heap-snapshot.ts';
import { newRenderer, type RendererParts } from './renderer.ts';
import { passesSelfTest } from './self-test.ts';

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
  const testParts = {
    ...parts,
    async newEngine() {
      const fresh = await parts.newEngine();
      tested.push(fresh);
      return fresh;
    },
  };
  const isSafe = await passesSelfTest(newRenderer(testParts, layout), newRenderer(testParts, layout));
  return isSafe && tested.every((used) => isCleanElsewhere(used, base)) ? layout : null;
}
