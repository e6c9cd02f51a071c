import { parseArgs } from 'node:util';
import { environment } from './environment.ts';
import { loadReport, markdown, type Report, saveReport } from './report.ts';
import type { Scenario } from './scenario.ts';
import { backlog } from './scenarios/backlog.ts';
import { beside } from './scenarios/beside.ts';
import { cluster } from './scenarios/cluster.ts';
import { disk } from './scenarios/disk.ts';
import { e2e } from './scenarios/e2e.ts';
import { formats } from './scenarios/formats.ts';
import { idle } from './scenarios/idle.ts';
import { intake } from './scenarios/intake.ts';
import { isolation } from './scenarios/isolation.ts';
import { large } from './scenarios/large.ts';
import { latency } from './scenarios/latency.ts';
import { month } from './scenarios/month.ts';
import { receivers } from './scenarios/receivers.ts';
import { render } from './scenarios/render.ts';
import { rules } from './scenarios/rules.ts';
import { rulesLive } from './scenarios/rules-live.ts';
import { steady } from './scenarios/steady.ts';
import { tracing } from './scenarios/tracing.ts';

// npm run bench [scenario…] [-- --rounds 3 --size n --compare file]: measures the program against floors of the same run.
// npm run bench -- --beside folder [--rounds 12]: measures it against the program of another checkout.

const scenarios: readonly Scenario[] = [
  receivers,
  e2e,
  intake,
  formats,
  large,
  latency,
  rules,
  rulesLive,
  render,
  isolation,
  backlog,
  disk,
  cluster,
  month,
  tracing,
  idle,
  steady,
];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string' },
    size: { type: 'string' },
    compare: { type: 'string' },
    beside: { type: 'string' },
  },
});
const unknown = positionals.filter((name) => !scenarios.some((one) => one.name === name));
if (unknown.length > 0) {
  console.error(`There is no ${unknown.join(', ')}. Scenarios: ${scenarios.map(({ name }) => name).join(' ')}`);
  process.exit(2);
}
const others = values.beside === undefined ? null : [beside(values.beside)];
const chosen =
  others ?? (positionals.length === 0 ? scenarios : scenarios.filter(({ name }) => positionals.includes(name)));
const earlier = values.compare === undefined ? null : loadReport(values.compare);
const asked = { rounds: count(values.rounds), size: count(values.size) };

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

const report: Report = { environment: environment(), scenarios: [] };
const failures: string[] = [];
for (const { name, title, run, roundsUsual = 3 } of chosen) {
  const say = (line: string) => console.error(`${name}: ${line}`);
  say(title);
  try {
    report.scenarios.push({
      name,
      title,
      measures: await run({ rounds: asked.rounds ?? roundsUsual, size: asked.size, say }),
    });
  } catch (error) {
    failures.push(name);
    console.error(`${name} FAILED:`, error);
  }
}
console.log(markdown(report, earlier));
if (report.scenarios.length > 0) console.log(`\nKept in ${saveReport(report)}`);
if (failures.length > 0) console.error(`\nFAILED: ${failures.join(', ')}`);
process.exit(failures.length === 0 ? 0 : 1);

function count(text: string | undefined): number | null {
  if (text === undefined) return null;
  const number = Number(text);
  if (Number.isInteger(number) && number > 0) return number;
  console.error(`${text} is not a count.`);
  process.exit(2);
}
