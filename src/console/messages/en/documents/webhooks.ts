/** Words about webhooks that a collector takes. */
export const webhooks = {
  title: 'Webhooks',
  text: 'Each provider needs a collector of its own. Its signature shows that a request is from it and unmodified.',
  fields: {
    scheme: ['Signature of the provider'],
    secret: ['Webhook secret', 'As the provider shows it. Encrypted; can’t be shown again.'],
    previousSecret: ['Previous webhook secret', 'Both are good while you rotate secrets.'],
    previousUntil: ['Previous secret valid until', 'E.g. 2027-01-31T12:00:00Z. Empty: while it is stored.'],
    header: ['Signature header', 'E.g. X-Signature'],
    algorithm: ['Hash'],
    encoding: ['Encoding'],
    prefix: ['Before the signature', 'E.g. sha256='],
    signed: ['Signed text', 'E.g. {body} or {timestamp}.{body}'],
    timeHeader: ['Time header', 'Needed with {timestamp}. Empty: the time isn’t signed.'],
    tolerance: ['Oldest time', 'Older requests are rejected.'],
    eventName: ['Event name', 'A path into the body, e.g. type, or header:X-Topic. Empty: as usual for the provider.'],
    visitor: ['Visitor', 'E.g. data.customer.id. Empty: as usual for the provider.'],
    time: ['Time of the event', 'Empty: as usual for the provider, else when it was received.'],
    id: [
      'Delivery ID',
      'Repetitions within 24 hours are stored once. Empty: as usual for the provider, else the body.',
    ],
  },
  schemes: {
    none: 'None: anyone who knows the key can send',
    'standard-webhooks': 'Standard Webhooks',
    stripe: 'Stripe',
    github: 'GitHub',
    shopify: 'Shopify',
    hmac: 'HMAC in a header',
  },
  address: {
    title: 'Webhook URL',
    text: 'Enter it at the provider.',
    unsigned: 'Requests aren’t signed: choose the signature of the provider under Collector Details.',
  },
} as const;
