/** Headers of every response: it is data, not to be sniffed, framed, run or shared with other sites. */
export const securityHeaders = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
} as const;

/** Browsers use only https for this host for a year; subdomains are not included. */
export const httpsOnly = 'max-age=31536000';
