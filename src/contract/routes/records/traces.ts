import { z } from 'zod';
import { pageOf, pageQuery } from '../../records/page.ts';
import { trace, tracedStory, traceInput } from '../../records/trace.ts';
import { api } from '../../route.ts';

export const traceRoutes = {
  listTraces: api('GET', '/traces', ['events:view'], 'List the traces that run and the last 100 that ended', {
    tag: 'traces',
    query: z.strictObject({ ...pageQuery, state: trace.shape.state.optional() }),
    output: pageOf(trace),
  }),
  startTrace: api('POST', '/traces', ['events:view'], 'Start to follow events that carry the id of the trace', {
    tag: 'traces',
    audit: null,
    body: traceInput,
    output: trace,
    status: 201,
  }),
  getTrace: api(
    'GET',
    '/traces/{id}',
    ['events:view'],
    'Get a trace with its first 200 events and what became of them, oldest first',
    { tag: 'traces', output: tracedStory },
  ),
  stopTrace: api('POST', '/traces/{id}/stop', ['events:view'], 'End a trace; what it followed can still be read', {
    tag: 'traces',
    audit: null,
    output: trace,
  }),
};
