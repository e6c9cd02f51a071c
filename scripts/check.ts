import { spawnSync } from 'node:child_process';
import { cruiseSources } from './architecture.ts';
import { documents, readDocument } from './documents.ts';
import { consoleSources, unusedTexts } from './unused-texts.ts';
import { phraseFiles, retiredInTests, retiredPhrases, retiredWords, testFiles, wordFiles } from './words.ts';

// All checks before a merge except the tests: one line per check, details below a failed one.

type Result = { ok: boolean; note: string; details?: string };

const checks: [name: string, run: () => Result | Promise<Result>][] = [
  ['types', () => types('.')],
  ['console', () => types('tsconfig.console.json')],
  ['style', () => program('node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings')],
  ['arrows', arrows],
  ['documents', freshDocuments],
  ['words', words],
  ['catalogue', catalogue],
  ['launcher', launcher],
];

let failed = 0;
for (const [name, run] of checks) {
  const startedAt = performance.now();
  const { ok, note, details } = await run();
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  console.log(`${ok ? 'ok    ' : 'FAILED'} ${name.padEnd(9)} ${note} (${seconds} s)`);
  if (!ok) {
    failed += 1;
    if (details) console.log(details.trimEnd().replace(/^/gm, '       '));
  }
}
process.exit(failed === 0 ? 0 : 1);

/** Only what a change touches is checked again: a check without changes takes a tenth of the time. */
function types(project: string): Result {
  const facts = `node_modules/.cache/${project.replaceAll('.', '-')}.tsbuildinfo`;
  return program('node_modules/typescript7/bin/tsc', '-p', project, '--incremental', '--tsBuildInfoFile', facts);
}

function program(...args: string[]): Result {
  const { status, stdout, stderr, error } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  const details = `${stdout}${stderr}${error?.message ?? ''}`;
  return { ok: status === 0, note: args.slice(0, 2).join(' ').replace('node_modules/', ''), details };
}

async function arrows(): Promise<Result> {
  const { modules, files, violations } = await cruiseSources();
  return {
    ok: violations.length === 0 && modules === files,
    note: `${modules} of ${files} files cruised, ${violations.length} forbidden imports`,
    details: violations.join('\n'),
  };
}

function freshDocuments(): Result {
  const all = documents();
  const stale = all.filter(({ path, text }) => readDocument(path) !== text).map(({ path }) => path);
  return {
    ok: stale.length === 0,
    note: `${all.length - stale.length} of ${all.length} are up to date`,
    details: `${stale.join(', ')}: run npm run docs`,
  };
}

function catalogue(): Result {
  const unused = unusedTexts(consoleSources());
  return {
    ok: unused.length === 0,
    note: `${unused.length} texts of the console that no page shows`,
    details: unused.join('\n'),
  };
}

function words(): Result {
  const files = wordFiles();
  const texts = phraseFiles();
  const found = [...retiredWords(files), ...retiredPhrases(texts), ...retiredInTests(testFiles())];
  return {
    ok: files.length > 0 && texts.length > 0 && found.length === 0,
    note: `${new Set([...files, ...texts]).size} files read, ${found.length} retired words`,
    details: found.map(({ file, line, text, cure }) => `${file}:${line} ${text}: ${cure}`).join('\n'),
  };
}

function launcher(): Result {
  const { stdout } = spawnSync(process.execPath, ['scripts/node.cjs', '--version'], { encoding: 'utf8' });
  return { ok: /^v2[4-9]/.test(stdout), note: `scripts/node.cjs runs Node.js ${stdout.trim()}` };
}
