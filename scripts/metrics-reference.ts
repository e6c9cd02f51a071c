import { type Metric, metricTable } from '../src/telemetry/metric-table.ts';

/** The text of docs/metrics.md. */
export function metricsReference(): string {
  const rows = Object.values<Metric>(metricTable).map(({ name, type, help, labels, isShared }) => {
    const shown = type === 'counter' ? `${name}_total` : name;
    const by = labels.length === 0 ? '' : ` by ${labels.map((label) => `\`${label}\``).join(', ')}`;
    return `- \`${shown}\` (${isShared ? 'shared ' : ''}${type}${by}): ${help}`;
  });
  return `# Metrics

<!-- Made from src/telemetry/metric-table.ts by npm run docs. -->

\`GET /metrics\` responds in the OpenMetrics text format, or in the text format of Prometheus (0.0.4) when the \`Accept\`
header prefers \`text/plain\`. It needs the right \`settings:view\` unless the server listens on loopback only. Counters start at 0 with the process. A metric has at most 1,000 combinations of label values (the
histogram: 200 connections); further ones count as \`other\`. Labels hold ids, never names or payloads.

Of nodes that share a database each counts its own work. A shared gauge describes all of the database: one node at a time reports it, so
add it up over the nodes too. When another node takes over, the series goes on with the label of that one.

${rows.join('\n')}

The log has one line for each attempt (level \`info\`) with the ids of delivery, event, action, destination and
connection, the number, outcome, HTTP status, error kind and timings, but no payload and no secret.
`;
}
