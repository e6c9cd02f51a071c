import type { MetricsFormat } from '../../telemetry/metrics.ts';

/** The text format of Prometheus, for readers that do not know OpenMetrics. */
export const prometheusType = 'text/plain; version=0.0.4; charset=utf-8';

/** The format of metrics that an `Accept` header prefers. OpenMetrics where it prefers none. */
export function metricsFormatOf(accept = ''): MetricsFormat {
  const ranges = accept.split(',').map(rangeOf);
  const quality = (type: string) => {
    for (const range of [type, type.replace(/\/.*/, '/*'), '*/*']) {
      const found = ranges.filter((one) => one.range === range);
      if (found.length > 0) return Math.max(...found.map(({ q }) => q));
    }
    return 0;
  };
  return quality('text/plain') > quality('application/openmetrics-text') ? 'prometheus' : 'openmetrics';
}

/** A media range without its parameters, and its quality value; one that is not a number is 0. */
function rangeOf(text: string): { range: string; q: number } {
  const [range = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const given = parameters.find((parameter) => parameter.startsWith('q='));
  const q = given === undefined ? 1 : Number(given.slice(2));
  return { range, q: Number.isFinite(q) ? q : 0 };
}
