import { pageOf, pageQuery } from '../../records/page.ts';
import { trace, tracedStory, traceInput } from '../../records/trace.ts';
import { api, tagged } from '../../route.ts';

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
