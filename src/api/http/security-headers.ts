/** What every answer carries: it is data, to be neither sniffed, framed, run nor told to other sites. */
export const securityHeaders = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
} as const;

/** Browsers keep to https for a year; of this host alone, for the others are not ours to decide on. */
export const httpsOnly = 'max-age=31536000';
