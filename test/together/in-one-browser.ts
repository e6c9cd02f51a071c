import { after, before } from 'node:test';
import { startBrowser } from '../console/browser.ts';
import { runTogether } from './run.ts';

/** Runs the tests of a group in this process and in one browser. */
export function runInOneBrowser(group: string): void {
  let browser: Awaited<ReturnType<typeof startBrowser>>;
  before(async () => {
    browser = await startBrowser();
  });
  after(() => browser[Symbol.asyncDispose]());
  runTogether(group);
}
