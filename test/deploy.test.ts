import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'yaml';
import { metricTable } from '../src/telemetry/metric-table.ts';

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

/** The names of series, as `/metrics` has them. */
const series = new Set(
  Object.values(metricTable).flatMap(({ type, name }) => {
    if (type === 'counter') return [`${name}_total`];
    return type === 'histogram' ? [`${name}_bucket`, `${name}_count`, `${name}_sum`] : [name];
  }),
);

/** The series of ours in a query. */
const seriesIn = (text: string) => new Set(text.match(/\b(?:millrace|process)_[a-z_]+\b/g));

test('the dashboard of Grafana and the rules of Prometheus use metrics that exist', () => {
  const dashboard: { panels: { targets: { expr: string }[] }[] } = JSON.parse(read('deploy/grafana/millrace.json'));
  const queries = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
  const used = seriesIn([...queries, ...rules().map(({ expr }) => expr)].join('\n'));
  assert.ok(used.size > 20);
  assert.deepEqual(
    [...used].filter((name) => !series.has(name)),
    [],
  );
});

test('each alert of Prometheus has a runbook in the documentation, and a test', () => {
  const tested = read('deploy/prometheus/millrace-rules.test.yml');
  const documented = read('docs/issues.md');
  for (const { alert, annotations } of rules()) {
    assert.ok(annotations.runbook_url.endsWith(`/docs/issues#${alert.toLowerCase()}`), alert);
    assert.ok(documented.includes(`### ${alert}\n`), alert);
    assert.ok(tested.includes(alert), alert);
  }
});

test('the documentation names metrics that exist', () => {
  const pages = globSync(['docs/*.md', 'README.md']).filter((path) => !/(?:metrics|upgrading)\.md$/.test(path));
  for (const path of pages)
    for (const [, name = ''] of read(path).matchAll(/\b(millrace_[a-z_]+[a-z])(?=[`{])/g))
      assert.ok(series.has(name), `${path}: ${name}`);
});

test('the upgrade guide names metrics that exist, and none of the former names is left', () => {
  const section = read('docs/upgrading.md').split('#### Metrics renamed')[1] ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('| `'));
  assert.ok(rows.length >= 8);
  for (const row of rows) {
    const [, former = '', present = ''] = row.split('|');
    for (const name of seriesIn(present)) assert.ok(series.has(name), name);
    for (const name of seriesIn(former)) if (!present.includes(name)) assert.ok(!series.has(name), name);
  }
});

type Rule = { alert: string; expr: string; annotations: { runbook_url: string } };

function rules(): Rule[] {
  const { groups }: { groups: { rules: Rule[] }[] } = parse(read('deploy/prometheus/millrace-rules.yml'));
  return groups.flatMap((group) => group.rules);
}
