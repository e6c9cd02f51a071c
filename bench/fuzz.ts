import { fuzzTemplates } from '../test/security/sandbox/fuzz-templates.ts';
import { fuzzAnswers } from './fuzz/answers.ts';
import { fuzzBodies } from './fuzz/bodies.ts';
import { fuzzKeywords } from './fuzz/keywords.ts';
import { fuzzRequests } from './fuzz/requests.ts';
import { fuzzSdkBodies } from './fuzz/sdk-bodies.ts';

// Runs generated input against the product: npm run fuzz [target …] [-- --count=100000 --seed=1]. Default: all targets.
// Prints figures as JSON; exit code 1 when a guarantee is broken.

const numberOf = (name: string, other: number) =>
  Number(process.argv.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3) ?? other);
const run = { count: numberOf('count', 100_000), seed: numberOf('seed', Date.now() % 1_000_000) };

const targets: Record<string, (run: { count: number; seed: number }) => Promise<{ faults: readonly string[] }>> = {
  answers: fuzzAnswers,
  bodies: ({ count, seed }) => fuzzBodies({ count: Math.ceil(count / 100), seed }),
  keywords: fuzzKeywords,
  requests: fuzzRequests,
  sdks: ({ count, seed }) => fuzzSdkBodies({ count: Math.ceil(count / 10), seed, say: console.error }),
  templates: fuzzTemplates,
};

const asked = process.argv.slice(2).filter((word) => !word.startsWith('-'));
const unknown = asked.filter((name) => !Object.hasOwn(targets, name));
if (unknown.length > 0) {
  console.error(`Choose among: ${Object.keys(targets).join(', ')}.`);
  process.exit(2);
}
for (const [name, fuzz] of Object.entries(targets)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  const startedAt = performance.now();
  const figures = await fuzz(run);
  const seconds = Math.round((performance.now() - startedAt) / 1_000);
  console.log(JSON.stringify({ fuzz: name, ...run, seconds, ...figures }, null, 2));
  if (figures.faults.length > 0) process.exitCode = 1;
}
