const redirected = 'Redirected. Redirects are not followed.';
const moved = 'The URL has moved. Redirects are not followed: enter the new URL.';

const phrases: Readonly<Record<number, readonly [phrase: string, meaning: string]>> = {
  200: ['OK', 'Accepted'],
  201: ['Created', 'Created'],
  202: ['Accepted', 'Accepted for processing'],
  204: ['No Content', 'Accepted'],
  301: ['Moved Permanently', moved],
  302: ['Found', `${redirected} Often a sign-in page.`],
  304: ['Not Modified', 'Doesn’t confirm that the data was accepted.'],
  307: ['Temporary Redirect', redirected],
  308: ['Permanent Redirect', moved],
  400: ['Bad Request', 'The destination couldn’t read the request. Compare body and headers with its documentation.'],
  401: ['Unauthorized', 'The destination rejected the credentials.'],
  403: ['Forbidden', 'The credentials lack permission for this request.'],
  404: ['Not Found', 'Unknown URL. Check Base URL and Endpoint Path.'],
  405: ['Method Not Allowed', 'The URL doesn’t support this request method.'],
  406: ['Not Acceptable', 'The destination can’t respond in the requested format.'],
  408: ['Request Timeout', 'The destination timed out waiting for the request.'],
  409: ['Conflict', 'The request conflicts with existing data.'],
  410: ['Gone', 'The URL no longer exists.'],
  411: ['Length Required', 'The destination requires a Content-Length.'],
  413: ['Content Too Large', 'The body is too large for the destination.'],
  415: ['Unsupported Media Type', 'The destination doesn’t support this Content Type.'],
  422: ['Unprocessable Content', 'The destination rejected the data. See the response for details.'],
  425: ['Too Early', 'The destination asked to repeat the request later.'],
  429: ['Too Many Requests', 'Rate limited'],
  500: ['Internal Server Error', 'The destination had an internal error.'],
  501: ['Not Implemented', 'The destination doesn’t support this request.'],
  502: ['Bad Gateway', 'A gateway got no valid response from the destination.'],
  503: ['Service Unavailable', 'The destination is overloaded or under maintenance.'],
  504: ['Gateway Timeout', 'A gateway timed out waiting for the destination.'],
  505: ['HTTP Version Not Supported', 'The destination doesn’t support this HTTP version.'],
};

const classes = [
  'Unknown status code',
  'Informational response',
  'Accepted',
  redirected,
  'The destination rejected the request.',
  'The destination had an error.',
] as const;

/** `404 Not Found`; the bare number where HTTP has no common name for it. */
export function statusLine(status: number): string {
  const phrase = phrases[status]?.[0];
  return phrase === undefined ? String(status) : `${status} ${phrase}`;
}

/** The meaning of a status code, for people who do not know HTTP. */
export function statusMeaning(status: number): string {
  return phrases[status]?.[1] ?? classes[Math.floor(status / 100) as 0] ?? classes[0]; // outside of the table: undefined
}
