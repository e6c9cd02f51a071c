import { test } from 'node:test';
import { groupFiles } from '../../scripts/test-files.ts';

/** Runs the tests of a group in this process. A file that can't be loaded fails in its own name, and alone. */
export async function runTogether(group: string): Promise<void> {
  for (const path of groupFiles(group))
    await import(`../../${path}`).catch((error: unknown) => test(path, () => Promise.reject(error)));
}
