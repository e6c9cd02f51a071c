const phrases: Readonly<Record<number, readonly [phrase: string, meaning: string]>> = {
  200: ['OK', 'The system took it.'],
  201: ['Created', 'The system took it and made something of it.'],
  202: ['Accepted', 'The system took it and deals with it later.'],
  204: ['No Content', 'The system took it and has nothing to add.'],
  301: ['Moved Permanently', 'The address has moved. Redirects are not followed: put in the new one.'],
  302: ['Found', 'The system points elsewhere. Redirects are not followed: often a sign-in page.'],
  307: ['Temporary Redirect', 'The system points elsewhere. Redirects are not followed.'],
  308: ['Permanent Redirect', 'The address has moved. Redirects are not followed: put in the new one.'],
  400: ['Bad Request', 'The system did not understand the request: compare body and headers with what it asks for.'],
  401: ['Unauthorized', 'The system did not accept the credentials.'],
  403: ['Forbidden', 'The system knows who is asking, and does not let them do this.'],
  404: ['Not Found', 'Nothing is at this address: check Base URL and Endpoint Path.'],
  405: ['Method Not Allowed', 'The address exists but does not take this request method.'],
  406: ['Not Acceptable', 'The system can not answer in the form that was asked for.'],
  408: ['Request Timeout', 'The system waited too long for the request.'],
  409: ['Conflict', 'It conflicts with something that the system has already.'],
  410: ['Gone', 'The address is gone for good.'],
  411: ['Length Required', 'The system wants to know the length of the body beforehand.'],
  413: ['Content Too Large', 'The body is larger than the system takes.'],
  415: ['Unsupported Media Type', 'The system does not take this Content Type.'],
  422: [
    'Unprocessable Content',
    'The system read the body and did not like what is in it: its answer says which field.',
  ],
  425: ['Too Early', 'The system wants the request again a little later.'],
  429: ['Too Many Requests', 'The system asks to be sent less for a while.'],
  500: ['Internal Server Error', 'Something broke inside the other system.'],
  501: ['Not Implemented', 'The system can not do what was asked for.'],
  502: ['Bad Gateway', 'Something between Millrace and the system did not get an answer from it.'],
  503: ['Service Unavailable', 'The system is overloaded or under maintenance.'],
  504: ['Gateway Timeout', 'Something between Millrace and the system waited too long for it.'],
  505: ['HTTP Version Not Supported', 'The system speaks another version of HTTP.'],
};

const classes = [
  'The answer is not one that HTTP knows.',
  'The system has not answered for good yet.',
  'The system took it.',
  'The system points elsewhere. Redirects are not followed.',
  'The system refused the request.',
  'Something went wrong inside the other system.',
] as const;

/** `404 Not Found`; the bare number where HTTP has no common name for it. */
export function statusLine(status: number): string {
  const phrase = phrases[status]?.[0];
  return phrase === undefined ? String(status) : `${status} ${phrase}`;
}

/** What a status says, in a sentence for people who do not know HTTP. */
export function statusMeaning(status: number): string {
  return phrases[status]?.[1] ?? classes[Math.floor(status / 100) as 0] ?? classes[0]; // outside of the table: undefined
}
