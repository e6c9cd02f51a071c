import { traceHeader, traceParameter } from '../records/trace.ts';
import type { Operation, Paths } from './openapi-document.ts';

// Intake has routes of its own (intake/), apart from the route table.

const key = {
  name: 'key',
  in: 'path',
  required: true,
  description: 'The key of a collector.',
  schema: { type: 'string', minLength: 1 },
};

const header = (name: string, description: string, schema = {}) => ({
  name,
  in: 'header',
  description,
  schema: { type: 'string', ...schema },
});

const problems: Operation['responses'] = {
  '4XX': { $ref: '#/components/responses/Problem' },
  '5XX': { $ref: '#/components/responses/Problem' },
};

const requestId = { headers: { 'X-Request-Id': { $ref: '#/components/headers/RequestId' } } };

const event = {
  type: 'object',
  description:
    'Names and values of your choice. `wt.ev` is the name of the event, `wt.dcsvid` the visitor, `wt.ets` the time, and `messageId` the identity: an event with the same one is stored once in 24 hours. One of the values is not null.',
  minProperties: 1,
  additionalProperties: {},
};

const events = {
  type: 'object',
  properties: {
    static: {
      type: ['object', 'null'],
      description: 'Values of each event that has none of its own.',
      additionalProperties: {},
    },
    events: { type: 'array', items: event, minItems: 1, maxItems: 1_000 },
  },
  required: ['events'],
};

const accepted = {
  type: 'object',
  properties: {
    accepted: { type: 'integer', format: 'int32', minimum: 1, maximum: 1_000 },
    ids: { type: 'array', items: { type: 'string' }, description: 'The ids of the events, in their order.' },
  },
  required: ['accepted', 'ids'],
  additionalProperties: false,
};

/** The operations of senders, whose only credential is the key of a collector. */
export const intakePaths: Paths = {
  '/v3/{key}': {
    post: {
      operationId: 'sendEvents',
      summary: 'Send events to a collector: all are stored on disk, or none. A body has at most 1 MiB',
      tags: ['intake'],
      'x-right': [],
      security: [],
      parameters: [
        key,
        header('Idempotency-Key', 'Names the events without an id of their own, by position, for 24 h.', {
          maxLength: 255,
        }),
        // Generators make one variable of a query and a header of the same name.
        header(traceHeader, `A trace that the events belong to; also as \`${traceParameter}\` in the query.`),
      ],
      requestBody: { required: true, content: { 'application/json': { schema: events } } },
      responses: {
        200: { description: 'OK', ...requestId, content: { 'application/json': { schema: accepted } } },
        ...problems,
      },
    },
  },
  '/{key}/dcs.gif': {
    get: {
      operationId: 'sendPixel',
      summary: 'Send one event, whose names and values are the query, and get an image',
      tags: ['intake'],
      'x-right': [],
      security: [],
      parameters: [
        key,
        {
          name: 'values',
          in: 'query',
          style: 'form',
          explode: true,
          description: 'The names and values of the event, one at least.',
          schema: { type: 'object', additionalProperties: { type: 'string' } },
        },
      ],
      responses: {
        200: {
          description: 'OK',
          ...requestId,
          content: { 'image/gif': { schema: { type: 'string', format: 'binary' } } },
        },
        ...problems,
      },
    },
  },
};
