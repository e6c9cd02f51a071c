import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';

const module = new URL(import.meta.url.replace('.test.', '.')).href;

/** Runs the code in a process of its own, with a writer to stdout (`writer`); returns its output and exit code. */
async function run(script: string, doing = 'open = 1') {
  const source = `import { lineWriter } from ${JSON.stringify(module)}; import { openSync } from 'node:fs';
    let open; ${doing}; const writer = lineWriter(open); ${script}`;
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', source], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { lines: out.split('\n').slice(0, -1), errors, code };
}

const unwritable = "open = openSync(process.execPath, 'r')";

test('many lines are written whole and in order', async () => {
  const { lines, code } = await run(`
    for (let n = 0; n < 20_000; n++) writer.write('line ' + n + ' é\\n');
    setTimeout(() => writer.write('last\\n'), 30);`);
  assert.equal(code, 0);
  assert.equal(lines.length, 20_001);
  assert.ok(lines.slice(0, -1).every((line, n) => line === `line ${n} é`));
  assert.equal(lines.at(-1), 'last');
});

test('lines written just before the process ends or fails are not lost', async () => {
  const ended = await run(`writer.write('why\\n'); process.exit(3);`);
  assert.deepEqual([ended.lines, ended.code], [['why'], 3]);
  const failed = await run(`writer.write('why\\n'); throw new Error('an error of the test');`);
  assert.deepEqual([failed.lines, failed.code], [['why'], 1]);
  assert.match(failed.errors, /an error of the test/);
});

test("a file that can't be written stops neither the process nor its end", async () => {
  const going = await run(
    `writer.write('a\\n'); setTimeout(() => { writer.write('b\\n'); console.log('still here'); }, 50);`,
    unwritable,
  );
  assert.deepEqual([going.lines, going.errors, going.code], [['still here'], '', 0]);
  const flushed = await run(`writer.write('a\\n'); writer.flushSync(); console.log('flushed');`, unwritable);
  assert.deepEqual([flushed.lines, flushed.errors, flushed.code], [['flushed'], '', 0]);
  const ended = await run(`writer.write('a\\n'); process.exit(3);`, unwritable);
  assert.deepEqual([ended.lines, ended.errors, ended.code], [[], '', 3]);
});
