import { globSync } from 'node:fs';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';

// npm run times: the tests that bound processor time, ratios of it and turns of the event loop. They are no part of
// npm test, since a busy machine changes what they measure. Each file has the machine for itself.

const files = globSync('bench/times/*.test.ts').sort();
run({ files, concurrency: 1, timeout: 1_200_000, execArgv: ['--disable-warning=ExperimentalWarning'] })
  .on('test:fail', ({ todo }) => {
    if (todo === undefined || todo === false) process.exitCode = 1;
  })
  .compose(spec)
  .pipe(process.stdout);
