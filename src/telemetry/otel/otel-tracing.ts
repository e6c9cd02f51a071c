import type { IncomingHttpHeaders } from 'node:http';
import {
  type Attributes,
  type Context,
  defaultTextMapGetter,
  defaultTextMapSetter,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { AppError } from '../../contract/errors.ts';
import type { AttemptTrace, RequestTrace, TracedAttempt, TracedRequest, Tracing } from '../tracing.ts';

/** Limit of events whose trace is known; the oldest are forgotten first, and later attempts of theirs are not traced. */
export const tracedEventsMax = 10_000;

/** Milliseconds since the epoch, with fractions. */
const now = () => performance.timeOrigin + performance.now();

const propagator = new W3CTraceContextPropagator();

/** Traces by a tracer of OpenTelemetry. `failed` is told of errors of the library, which are not passed on. */
export function otelTracing(tracer: Tracer, failed: (error: unknown, doing: string) => void): Tracing {
  /** Of each event the span of its request. */
  const known = recent<Context>(tracedEventsMax);
  /** Attempts whose outcome is not recorded yet, by event and destination. */
  const settling = recent<{ within: Context; endedAt: number }>(tracedEventsMax);

  function safely<Result>(work: () => Result, otherwise: Result): Result {
    try {
      return work();
    } catch (error) {
      failed(error, 'trace an event');
      return otherwise;
    }
  }

  function request(headers: IncomingHttpHeaders, about: TracedRequest): RequestTrace | null {
    const isContinued = headers['traceparent'] !== undefined;
    const parent = isContinued ? propagator.extract(ROOT_CONTEXT, headers, defaultTextMapGetter) : ROOT_CONTEXT;
    const startTime = now();
    const span = tracer.startSpan(`${about.method} ${about.route}`, { kind: SpanKind.SERVER, startTime }, parent);
    if (!span.isRecording() && !isContinued) return null;
    const within = trace.setSpan(parent, span);
    let lastAt = startTime;
    /** A step of the request, from the end of the one before. */
    function step(name: string, attributes: Attributes) {
      const at = now();
      tracer.startSpan(name, { startTime: lastAt, attributes }, within).end(at);
      lastAt = at;
    }
    span.setAttributes({
      'http.request.method': about.method,
      'http.route': about.route,
      'millrace.request.id': about.requestId,
      'millrace.collector.id': about.collectorId,
      'millrace.events': about.events,
    });
    return {
      matched: (deliveries) =>
        safely(() => step('match', deliveries === null ? {} : { 'millrace.deliveries': deliveries }), undefined),
      stored: (ids) =>
        safely(() => {
          step('store', {});
          for (const id of ids) known.set(id, within);
        }, undefined),
      ended: (error) =>
        safely(() => {
          const status = error === undefined ? 200 : error instanceof AppError ? error.status : 500;
          const type = error instanceof AppError ? error.code : 'internal';
          span.setAttributes({
            'http.response.status_code': status,
            ...(error === undefined ? {} : { 'error.type': type }),
          });
          if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
          span.end(now());
        }, undefined),
    };
  }

  function attempt({ deliveryId, eventIds, destinationId, connectionId, number }: TracedAttempt): AttemptTrace | null {
    if (known.isEmpty()) return null;
    const traced = eventIds.filter((id) => known.get(id) !== undefined);
    const [parent, ...others] = traced.map((id) => known.get(id)).filter((one) => one !== undefined);
    if (parent === undefined) return null;
    const links = others.flatMap((one) => trace.getSpanContext(one) ?? []).map((context) => ({ context }));
    const startTime = now();
    const ids = {
      'millrace.delivery.id': deliveryId,
      'millrace.destination.id': destinationId,
      'millrace.connection.id': connectionId,
    };
    const attributes = { ...ids, 'millrace.records': eventIds.length };
    const deliver = tracer.startSpan('deliver', { startTime, attributes, links }, parent);
    const within = trace.setSpan(parent, deliver);
    let sending: Span | null = null;
    let sent = number;
    return {
      rendered: () => safely(() => tracer.startSpan('render', { startTime }, within).end(now()), undefined),
      sending: (method, url) =>
        safely(() => {
          const { hostname, port, protocol } = new URL(url);
          const at = {
            'http.request.method': method,
            'server.address': hostname,
            'server.port': Number(port) || (protocol === 'https:' ? 443 : 80),
            'url.scheme': protocol.slice(0, -1),
            ...(sent === 0 ? {} : { 'http.request.resend_count': sent }),
          };
          sent += 1;
          sending = tracer.startSpan(method, { kind: SpanKind.CLIENT, startTime: now(), attributes: at }, within);
          const carrier: Record<string, string> = {};
          propagator.inject(trace.setSpan(within, sending), carrier, defaultTextMapSetter);
          return Object.entries(carrier);
        }, []),
      received: (status, errorKind) =>
        safely(() => {
          if (sending === null) return;
          if (status !== null) sending.setAttribute('http.response.status_code', status);
          const type = errorKind ?? (status !== null && status >= 400 ? String(status) : null);
          if (type !== null) sending.setAttribute('error.type', type).setStatus({ code: SpanStatusCode.ERROR });
          sending.end(now());
          sending = null;
        }, undefined),
      ended: (outcome) =>
        safely(() => {
          const endedAt = now();
          sending?.end(endedAt);
          deliver.setAttribute('millrace.outcome', outcome);
          deliver.end(endedAt);
          for (const id of traced) settling.set(`${id} ${destinationId}`, { within, endedAt });
        }, undefined),
    };
  }

  function settled({ eventId, destinationId }: { eventId: string | null; destinationId: string }, status: string) {
    if (settling.isEmpty()) return;
    const attempted = settling.take(`${eventId} ${destinationId}`);
    if (attempted === undefined) return;
    const attributes = { 'millrace.delivery.status': status };
    tracer.startSpan('settle', { startTime: attempted.endedAt, attributes }, attempted.within).end(now());
  }

  return {
    request: (headers, about) => safely(() => request(headers, about), null),
    attempt: (about) => safely(() => attempt(about), null),
    settled: (delivery, status) => safely(() => settled(delivery, status), undefined),
  };
}

/** A map of the newest values. */
function recent<Value>(most: number) {
  const values = new Map<string, Value>();
  return {
    isEmpty: () => values.size === 0,
    get: (name: string) => values.get(name),
    set(name: string, value: Value): void {
      if (values.size >= most)
        for (const oldest of values.keys()) {
          values.delete(oldest);
          break;
        }
      values.set(name, value);
    },
    take(name: string): Value | undefined {
      const value = values.get(name);
      values.delete(name);
      return value;
    },
  };
}
