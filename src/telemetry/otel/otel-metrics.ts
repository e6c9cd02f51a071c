import { type HrTime, ValueType } from '@opentelemetry/api';
import { hrTime, millisToHrTime } from '@opentelemetry/core';
import { emptyResource } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  DataPointType,
  type Histogram,
  type MetricData,
  type MetricProducer,
} from '@opentelemetry/sdk-metrics';
import type { MetricSeries } from '../metrics.ts';

/** The metrics of /metrics for the SDK of OpenTelemetry, under the same names (counters without `_total`). */
export function metricProducer(series: () => Promise<MetricSeries[]>, version: string): MetricProducer {
  const startTime = millisToHrTime(performance.timeOrigin);
  return {
    async collect() {
      const endTime = hrTime();
      const metrics = (await series()).flatMap((one) => metricOf(one, startTime, endTime));
      const scopeMetrics = [{ scope: { name: 'millrace', version }, metrics }];
      return { resourceMetrics: { resource: emptyResource(), scopeMetrics }, errors: [] };
    },
  };
}

function metricOf({ name, help, type, values }: MetricSeries, startTime: HrTime, endTime: HrTime): MetricData[] {
  const unit = /_seconds$/.test(name) ? 's' : /_bytes$/.test(name) ? 'By' : '1';
  const descriptor = { name, description: help, unit, valueType: ValueType.DOUBLE };
  const common = { descriptor, aggregationTemporality: AggregationTemporality.CUMULATIVE };
  const times = { startTime, endTime };
  if (type === 'histogram') {
    const dataPoints = histogramsOf(values).map(({ attributes, value }) => ({ ...times, attributes, value }));
    return [{ ...common, dataPointType: DataPointType.HISTOGRAM, dataPoints }];
  }
  const dataPoints = values.map(({ labels, value }) => ({ ...times, attributes: labels, value }));
  if (dataPoints.length === 0) return [];
  return type === 'counter'
    ? [{ ...common, dataPointType: DataPointType.SUM, isMonotonic: true, dataPoints }]
    : [{ ...common, dataPointType: DataPointType.GAUGE, dataPoints }];
}

type Point = { attributes: Record<string, string>; value: Histogram };

/** The cumulative buckets of Prometheus as counts per bucket, by label values. */
function histogramsOf(values: MetricSeries['values']): Point[] {
  const points = new Map<string, Point & { before: number }>();
  for (const { metricName = '', labels, value } of values) {
    const { le, ...attributes } = labels;
    const name = JSON.stringify(attributes);
    const empty: Histogram = { sum: 0, count: 0, buckets: { boundaries: [], counts: [] } };
    const point = points.get(name) ?? { attributes, value: empty, before: 0 };
    points.set(name, point);
    const { buckets } = point.value;
    if (metricName.endsWith('_sum')) point.value.sum = value;
    else if (metricName.endsWith('_count')) point.value.count = value;
    else {
      if (le !== '+Inf') buckets.boundaries.push(Number(le));
      buckets.counts.push(value - point.before);
      point.before = value;
    }
  }
  return [...points.values()];
}
