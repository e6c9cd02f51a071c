import { randomUUID } from 'node:crypto';
import { DiagLogLevel, diag } from '@opentelemetry/api';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { MetricSeries } from '../metrics.ts';
import type { Tracing } from '../tracing.ts';
import { metricProducer } from './otel-metrics.ts';
import { numberOf, type OtelSettings, type SamplerSettings, samplerSettings } from './otel-settings.ts';
import { otelTracing } from './otel-tracing.ts';

type Options = {
  settings: OtelSettings;
  env: Readonly<Record<string, string | undefined>>;
  version: string;
  series(): Promise<MetricSeries[]>;
  failed(error: unknown, doing: string): void;
};

/** Time that a stop gives the last export. */
const lastExportMs = 2_000;

/**
 * Starts the official SDK, which this module loads: nothing imports it unless a variable asks for it. Disposing exports what is
 * left, for at most two seconds. The exporters read their endpoints, headers, certificates and timeouts from the environment of the process.
 */
export function startOtel({
  settings,
  env,
  version,
  series,
  failed,
}: Options): { tracing: Tracing | null } & AsyncDisposable {
  const log = (message: string) => failed(new Error(message), 'export to OpenTelemetry');
  const quiet = () => {};
  diag.setLogger({ error: log, warn: quiet, info: quiet, debug: quiet, verbose: quiet }, DiagLogLevel.ERROR);
  const own = { 'service.name': 'millrace', 'service.version': version, 'service.instance.id': randomUUID() };
  const resource = resourceFromAttributes(own).merge(detectResources({ detectors: [envDetector] }));
  const stops: (() => Promise<void>)[] = [];
  let tracing: Tracing | null = null;
  if (settings.traces) {
    const processor = new BatchSpanProcessor({
      exporter: new OTLPTraceExporter(),
      ...present({
        scheduledDelayMillis: numberOf(env, 'OTEL_BSP_SCHEDULE_DELAY'),
        maxQueueSize: numberOf(env, 'OTEL_BSP_MAX_QUEUE_SIZE'),
        maxExportBatchSize: numberOf(env, 'OTEL_BSP_MAX_EXPORT_BATCH_SIZE'),
        exportTimeoutMillis: numberOf(env, 'OTEL_BSP_EXPORT_TIMEOUT'),
      }),
    });
    const sampler = samplerOf(samplerSettings(env, settings.problems));
    const provider = new TracerProvider({ resource, sampler, spanProcessors: [processor] });
    stops.push(() => provider.shutdown());
    tracing = otelTracing(provider.getTracer('millrace', version), failed);
  }
  if (settings.metrics) {
    const reader = new PeriodicExportingMetricReader({
      exporter: new OTLPMetricExporter(),
      metricProducers: [metricProducer(series, version)],
      ...present({
        exportIntervalMillis: numberOf(env, 'OTEL_METRIC_EXPORT_INTERVAL'),
        exportTimeoutMillis: numberOf(env, 'OTEL_METRIC_EXPORT_TIMEOUT'),
      }),
    });
    const provider = new MeterProvider({ resource, readers: [reader] });
    stops.push(() => provider.shutdown());
  }
  return {
    tracing,
    async [Symbol.asyncDispose]() {
      const { promise: late, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, lastExportMs);
      await Promise.race([Promise.allSettled(stops.map((stop) => stop())), late]);
      clearTimeout(timer);
    },
  };
}

function samplerOf({ kind, ratio, parentBased }: SamplerSettings): Sampler {
  const root =
    kind === 'traceidratio'
      ? new TraceIdRatioBasedSampler(ratio)
      : kind === 'always_off'
        ? new AlwaysOffSampler()
        : new AlwaysOnSampler();
  return parentBased ? new ParentBasedSampler({ root }) : root;
}

/** Without the values that are not set. */
function present<Values extends Record<string, number | undefined>>(
  values: Values,
): { [Name in keyof Values]?: number } {
  const set = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(set) as { [Name in keyof Values]?: number }; // the names are those of `values`
}
