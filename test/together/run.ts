import { describe } from 'node:test';
import { groupFiles } from '../../scripts/test-files.ts';

/**
 * Runs the tests of a group in this process, file after file: what a file sets up is there for its tests alone. One that
 * can't be loaded fails in its own name, and alone.
 */
export function runTogether(group: string): void {
  for (const path of groupFiles(group)) describe(path, async () => void (await import(`../../${path}`)));
}
