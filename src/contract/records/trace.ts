import { z } from 'zod';
import { api, tagged } from '../route.ts';
import { documentName, timestamp } from '../text.ts';
import { eventRef } from './check.ts';
import { delivery } from './delivery.ts';
import { pageOf, pageQuery } from './page.ts';

/** The longest duration of a trace in ms, and the number of its events that are shown. */
export const traceLimits = { runsMs: 7_200_000, events: 200 } as const;

/** Puts events into a trace: query parameter of an intake request or of the page in `wt.es`, or header. */
export const traceParameter = 'millrace_trace';
export const traceHeader = 'Millrace-Trace';

const traceInput = z.strictObject({ name: documentName.optional() }).prefault({});

/** Follows events from intake to the responses of their deliveries: those that carry its id while it runs. */
export const trace = z.strictObject({
  id: z.string(),
  name: z.string().nullable(),
  startedAt: timestamp,
  /** When it ends automatically. */
  expiresAt: timestamp,
  /** When it was stopped or expired; null while it runs. */
  endedAt: timestamp.nullable(),
  state: z.enum(['running', 'ended']),
  /** Ways to attach the trace. `script` is for the browser console: it adds the parameter to the requests of a page. */
  attach: z.strictObject({ parameter: z.string(), header: z.string(), script: z.string() }),
});
export type Trace = z.output<typeof trace>;

/**
 * A trace with its events, oldest first: the actions they match now, and their deliveries. It lists 10,000 actions and
 * 5,000 deliveries in all, and 10 more deliveries of each event.
 */
const tracedStory = trace.extend({
  events: z
    .array(
      z.strictObject({
        event: eventRef,
        actions: z.array(
          z.strictObject({
            actionId: z.string(),
            name: z.string(),
            matched: z.boolean(),
            decidedBy: z.string().nullable(),
          }),
        ),
        /** Enabled actions that did not match; `actions` lists at most 100 of them. */
        notMatching: z.int(),
        deliveries: z.array(delivery),
      }),
    )
    .max(traceLimits.events),
});
export type TracedStory = z.output<typeof tracedStory>;

/**
 * One line for the browser console: until the page is left, its requests to a collector carry the trace, by fetch,
 * sendBeacon and XMLHttpRequest.
 */
export function traceScript(id: string): string {
  return [
    `(t=>{const u=a=>{const x=new URL(a,location.href);`,
    `if(!/\\/v3\\/[^/]+$|\\/dcs\\.gif$/.test(x.pathname))return a;x.searchParams.set("${traceParameter}",t);return x.href};`,
    `const f=fetch,b=navigator.sendBeacon,p=XMLHttpRequest.prototype,o=p.open,`,
    `s=Object.getOwnPropertyDescriptor(HTMLImageElement.prototype,"src");`,
    `window.fetch=(a,i)=>f(a instanceof Request?new Request(u(a.url),a):u(String(a)),i);`,
    `navigator.sendBeacon=(a,d)=>b.call(navigator,u(String(a)),d);`,
    `p.open=function(m,a,...r){return o.call(this,m,u(String(a)),...r)};`,
    `Object.defineProperty(HTMLImageElement.prototype,"src",{...s,set(a){s.set.call(this,u(String(a)))}})})("${id}")`,
  ].join('');
}

export const traceRoutes = tagged('traces', {
  listTraces: api('GET /traces', 'events:view', 'List running traces and the last 100 ended ones', {
    query: pageQuery({ state: trace.shape.state.optional() }),
    output: pageOf(trace),
  }),
  startTrace: api('POST /traces', 'events:view', 'Start a trace, which follows the events that carry its id', {
    audit: null,
    body: traceInput,
    output: trace,
    status: 201,
  }),
  getTrace: api(
    'GET /traces/{id}',
    'events:view',
    'Get a trace with its first 200 events and their deliveries, oldest first',
    { output: tracedStory },
  ),
  stopTrace: api('POST /traces/{id}/stop', 'events:view', 'Stop a trace; its events stay available', {
    audit: null,
    output: trace,
  }),
});
