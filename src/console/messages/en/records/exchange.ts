import { formatBytes, formatDuration } from '../../format.ts';

/** Words of a request and its response. */
export const exchange = {
  headersOf: (count: number, of: string) => `${of} headers (${count})`,
  secret: 'secret, hidden',
  requestBody: 'Request body',
  responseBody: 'Response body',
  noBody: 'No body',
  notKept: (bytes: number) => `Not stored: ${formatBytes(bytes)}`,
  noRequest: 'No request sent',
  truncated: 'Truncated: only the beginning of the response is stored.',
  took: (ms: number) => `${formatDuration(ms)} total`,
  timings: 'Timing',
  stageTook: (name: string, ms: number) => `${name} ${formatDuration(ms)}`,
  stages: {
    queue: 'Queued',
    token: 'Fetching token',
    dns: 'DNS',
    connect: 'Connecting',
    tls: 'TLS',
    wait: 'Waiting for response',
    download: 'Downloading',
  },
} as const;
