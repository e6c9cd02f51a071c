import { closeSync, openSync } from 'node:fs';
import { eventually } from '../../../test/support/eventually.ts';
import type { RenderJob } from '../sandbox.ts';
import { quickjsSandbox } from './quickjs-sandbox.ts';

// A separate process, started with few file descriptors: takes all of them, ends the render threads, releases the
// descriptors, and writes the sandbox's results as one line of JSON.

const ECHO = 'globalThis.__render = (s) => s + "!"';
const HANG = 'globalThis.__render = () => String([].indexOf.call({ length: 2 ** 53 - 1 }, 1))';

const causes: string[] = [];
await using sandbox = await quickjsSandbox({
  timeoutMs: 20,
  graceMs: 100,
  outageWaitMs: 500,
  failed: (cause) => causes.push(String(cause)),
});
await sandbox.render([job(ECHO)]);

const taken: number[] = [];
const taking = setInterval(takeAll, 1);
takeAll();
const hung = sandbox.render([job(HANG)]).catch(String);
const without = await eventually('a sandbox without threads', () => sandbox.problem(), { state: () => sandbox.stats });
const refused = await sandbox.render([job(ECHO)]).catch((error) => error.code);
clearInterval(taking);
for (const fd of taken) closeSync(fd);
await eventually('a thread', () => sandbox.problem() === null);
const [outcome] = await sandbox.render([job(ECHO)]);
await hung;
console.log(JSON.stringify({ without, causes, refused, outcome, after: sandbox.problem() }));

function job(source: string): RenderJob {
  return { program: { key: source, source }, input: 'x', seed: 'seed', nowMs: 0 };
}

/** Takes all remaining descriptors; a thread that ends releases some. */
function takeAll() {
  for (;;)
    try {
      taken.push(openSync('/dev/null', 'r'));
    } catch {
      return;
    }
}
