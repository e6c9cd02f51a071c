import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

type Values = Record<string, string | number | boolean>;
type AnyValue = {
  stringValue?: string | null;
  intValue?: number | { toNumber(): number } | null;
  doubleValue?: number | null;
  boolValue?: boolean | null;
};
type KeyValue = { key?: string | null; value?: AnyValue | null };

type Attributes = { attributes?: KeyValue[] };
type Bytes = Uint8Array | string | null;
type Span = Attributes & {
  name?: string;
  traceId?: Bytes;
  spanId?: Bytes;
  parentSpanId?: Bytes;
  kind?: unknown;
  startTimeUnixNano?: unknown;
  endTimeUnixNano?: unknown;
};
type Points = { dataPoints?: (Attributes & { asDouble?: number; count?: unknown })[] };
type Metric = { name?: string; sum?: Points; gauge?: Points; histogram?: Points };

/** The official definitions of the protocol, as the package that has them generated from the .proto files. */
const { opentelemetry } = createRequire(import.meta.url)(
  '@opentelemetry/otlp-proto-exporter-base/build/src/generated/root.js',
) as {
  opentelemetry: {
    proto: {
      collector: {
        trace: {
          v1: {
            ExportTraceServiceRequest: {
              decode(body: Buffer): {
                resourceSpans?: { resource?: Attributes; scopeSpans?: { spans?: Span[] }[] }[];
              };
            };
          };
        };
        metrics: {
          v1: {
            ExportMetricsServiceRequest: {
              decode(body: Buffer): { resourceMetrics?: { scopeMetrics?: { metrics?: Metric[] }[] }[] };
            };
          };
        };
      };
    };
  };
}; // the package has no types for it
const { ExportTraceServiceRequest } = opentelemetry.proto.collector.trace.v1;
const { ExportMetricsServiceRequest } = opentelemetry.proto.collector.metrics.v1;

/** A span as a receiver gets it. Ids are in hexadecimal, times in milliseconds. */
export type ReceivedSpan = {
  name: string;
  traceId: string;
  spanId: string;
  parentId: string;
  kind: number;
  attributes: Values;
  resource: Values;
  startedAt: number;
  endedAt: number;
};

type ReceivedMetric = {
  name: string;
  kind: 'sum' | 'gauge' | 'histogram';
  points: { attributes: Values; value: number }[];
};

/** A receiver of OTLP over HTTP, which decodes requests by the official definitions of the protocol. */
export async function startOtlpReceiver() {
  const spans: ReceivedSpan[] = [];
  const metrics = new Map<string, ReceivedMetric>();
  const types = new Set<string>();
  const bodies: Buffer[] = [];
  const server = createServer(async (request, response) => {
    const chunks = await request.toArray();
    const sent = Buffer.concat(chunks);
    const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent;
    bodies.push(body);
    types.add(`${request.url} ${request.headers['content-type']}`);
    if (request.url === '/v1/traces') spans.push(...spansIn(body));
    else for (const metric of metricsIn(body)) metrics.set(metric.name, metric);
    response.setHeader('content-type', 'application/x-protobuf').end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // a listening TCP server has one
  return {
    url: `http://127.0.0.1:${port}`,
    spans,
    metrics,
    types,
    bodies,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const hex = (bytes: Uint8Array | string | null | undefined) => Buffer.from(bytes ?? '').toString('hex');
const milliseconds = (nanoseconds: unknown) => Number(String(nanoseconds)) / 1e6;

function spansIn(body: Buffer): ReceivedSpan[] {
  const { resourceSpans } = ExportTraceServiceRequest.decode(body);
  return (resourceSpans ?? []).flatMap(({ resource, scopeSpans }) =>
    (scopeSpans ?? []).flatMap(({ spans }) =>
      (spans ?? []).map((span) => ({
        name: span.name ?? '',
        traceId: hex(span.traceId),
        spanId: hex(span.spanId),
        parentId: hex(span.parentSpanId),
        kind: Number(span.kind),
        attributes: valuesOf(span.attributes),
        resource: valuesOf(resource?.attributes),
        startedAt: milliseconds(span.startTimeUnixNano),
        endedAt: milliseconds(span.endTimeUnixNano),
      })),
    ),
  );
}

function metricsIn(body: Buffer): ReceivedMetric[] {
  const { resourceMetrics } = ExportMetricsServiceRequest.decode(body);
  const all = (resourceMetrics ?? []).flatMap(({ scopeMetrics }) =>
    (scopeMetrics ?? []).flatMap(({ metrics }) => metrics ?? []),
  );
  return all.map(({ name, sum, gauge, histogram }) => {
    const numbers = [...(sum?.dataPoints ?? []), ...(gauge?.dataPoints ?? [])];
    const points = numbers.map(({ attributes, asDouble }) => ({
      attributes: valuesOf(attributes),
      value: Number(asDouble),
    }));
    const counts = (histogram?.dataPoints ?? []).map(({ attributes, count }) => ({
      attributes: valuesOf(attributes),
      value: Number(String(count)),
    }));
    return { name: name ?? '', kind: sum ? 'sum' : gauge ? 'gauge' : 'histogram', points: [...points, ...counts] };
  });
}

function valuesOf(attributes: readonly KeyValue[] | null | undefined): Values {
  return Object.fromEntries((attributes ?? []).map(({ key, value }) => [key ?? '', plainOf(value ?? {})]));
}

function plainOf({ stringValue, intValue, doubleValue, boolValue }: AnyValue): string | number | boolean {
  return stringValue ?? boolValue ?? doubleValue ?? Number(String(intValue));
}
