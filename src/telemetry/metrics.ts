import { Counter, Gauge, Histogram, type OpenMetricsContentType, Registry } from 'prom-client';
import { type CounterName, type HistogramName, type Metric, metricTable, type PulledName } from './metric-table.ts';

/** A value read at each scrape; an object gives one line for each label value, and an empty one none. */
type Reading = number | Record<string, number> | Promise<number | Record<string, number>>;

/** OpenMetrics 1.0.0, or the text format 0.0.4 of Prometheus. */
export type MetricsFormat = 'openmetrics' | 'prometheus';

/** A metric with the values of its label values; `metricName` tells the samples of a histogram apart. */
export type MetricSeries = {
  name: string;
  help: string;
  type: Metric['type'];
  values: { value: number; labels: Record<string, string>; metricName?: string }[];
};

export type Metrics = ReturnType<typeof createMetrics>;

/** Limit of combinations of label values; further ones count as `other`. */
const seriesMax = 1_000;
const histogramSeriesMax = 200;
const buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60];

/** Counters are plain numbers in maps: adding costs tens of nanoseconds. prom-client gets the values at a scrape. */
export function createMetrics() {
  const registry = new Registry<OpenMetricsContentType>();
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  const counts: Record<string, Map<string, number>> = {};
  const readers: Record<string, () => Reading> = {};
  const histograms: Record<string, { histogram: Histogram; series: Map<string, Histogram.Internal<string>> }> = {};

  for (const [key, metric] of Object.entries<Metric>(metricTable)) {
    const { name, help, labels, type } = metric;
    const given = { name, help, labelNames: labels, registers: [registry] };
    if (type === 'histogram') {
      histograms[key] = { histogram: new Histogram({ ...given, buckets }), series: new Map() };
      continue;
    }
    const series = new Map<string, number>();
    if (type === 'counter') counts[key] = series;
    const collected: Counter | Gauge = new (type === 'counter' ? Counter : Gauge)({
      ...given,
      async collect() {
        const reading = await readers[key]?.();
        collected.reset();
        if (typeof reading === 'number') return collected.inc(reading);
        // After a reset, a metric without labels has the value 0.
        if (labels.length === 0 && reading !== undefined) return collected.remove();
        const values = reading === undefined ? series : Object.entries(reading).slice(0, seriesMax);
        for (const [value, amount] of values) collected.inc(labelled(labels, value), amount);
      },
    });
  }

  return {
    /** Adds to a counter, with as many label values as the table has labels. */
    add(name: CounterName, amount: number, first = '', second?: string) {
      const series = counts[name];
      if (series === undefined) return;
      let values = second === undefined ? first : `${first}\n${second}`;
      let before = series.get(values);
      if (before === undefined && series.size >= seriesMax) {
        values = second === undefined ? 'other' : 'other\nother';
        before = series.get(values);
      }
      series.set(values, (before ?? 0) + amount);
    },
    observe(name: HistogramName, seconds: number, label: string) {
      const one = histograms[name];
      if (one === undefined) return;
      const { histogram, series } = one;
      const shown = series.has(label) || series.size < histogramSeriesMax ? label : 'other';
      let found = series.get(shown);
      if (found === undefined) {
        found = histogram.labels(labelled(metricTable[name].labels, shown));
        series.set(shown, found);
      }
      found.observe(seconds);
    },
    /** Registers a metric that is read from its owner at each scrape instead of counted here. */
    pull(name: PulledName, read: () => Reading) {
      readers[name] = read;
    },
    /** All metrics as values. */
    series: async () => (await registry.getMetricsAsJSON()) as unknown as MetricSeries[], // what prom-client gives, whose type has no values
    /** All metrics in a text format. */
    async text(format: MetricsFormat = 'openmetrics'): Promise<string> {
      const text = await registry.metrics();
      return format === 'openmetrics' ? text : prometheusText(text);
    },
  };
}

/**
 * OpenMetrics text as the text format of Prometheus: counters are declared under the name of their samples, and nothing
 * marks the end.
 */
function prometheusText(text: string): string {
  return text
    .replace(/^(# (?:HELP|TYPE) )(\S+)/gm, (line, start, name) =>
      counterNames.has(name) ? `${start}${name}_total` : line,
    )
    .replace(/# EOF\n$/, '');
}

const counterNames = new Set(
  Object.values<Metric>(metricTable).flatMap(({ name, type }) => (type === 'counter' ? [name] : [])),
);

function labelled(names: readonly string[], values: string): Record<string, string> {
  if (names.length === 0) return {};
  const parts = values.split('\n');
  return Object.fromEntries(names.map((name, index) => [name, parts[index] ?? '']));
}
