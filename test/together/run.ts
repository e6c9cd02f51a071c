import { createRequire } from 'node:module';
import { describe } from 'node:test';
import { groupFiles } from '../../scripts/test-files.ts';

const quickTests: { followed(run: () => Promise<unknown>): Promise<void> } = createRequire(import.meta.url)(
  '../../scripts/quick-tests.cjs',
);

/**
 * Runs the tests of a group in this process, file after file: what a file sets up is there for its tests alone. One that
 * can't be loaded fails in its own name, and alone.
 */
export function runTogether(group: string): void {
  void quickTests.followed(() =>
    Promise.allSettled(
      groupFiles(group).map((path) => {
        const { promise, resolve } = Promise.withResolvers<void>();
        describe(path, async () => {
          await import(`../../${path}`).finally(resolve);
        });
        return promise;
      }),
    ),
  );
}
