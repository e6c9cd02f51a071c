import { formatBytes, formatDuration } from '../format.ts';

/** Words of a request and its response. */
export const exchange = {
  request: 'Request',
  response: 'Response',
  headers: 'Headers',
  headersOf: (count: number, of: string) => `${of} headers (${count})`,
  secret: 'secret, hidden',
  body: 'Body',
  requestBody: 'Body of the request',
  responseBody: 'Body of the response',
  noBody: 'No body.',
  notKept: (bytes: number) => `Not kept: ${formatBytes(bytes)}.`,
  noRequest: 'Nothing was sent.',
  noResponse: 'No answer came.',
  hidden: (right: string) => `Hidden: you need the right “${right}” to see what was sent and answered.`,
  truncated: 'The answer was longer; only its beginning is kept.',
  copyUrl: 'Copy address',
  took: (ms: number) => `${formatDuration(ms)} in all`,
  timings: 'Where the time went',
  stageTook: (name: string, ms: number) => `${name} ${formatDuration(ms)}`,
  stages: {
    queue: 'In the queue',
    token: 'Getting a token',
    dns: 'Name look-up',
    connect: 'Connecting',
    tls: 'TLS',
    wait: 'Waiting for the answer',
    download: 'Reading the answer',
  },
} as const;
