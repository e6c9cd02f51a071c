import { count } from '../../counts.ts';

/** Words of the Inbox, the built-in receiver for trying things out. */
export const inbox = {
  filterBy: 'any text',
  lead: 'A built-in receiver for testing. Requests stay on this server.',
  list: 'Received requests',
  columns: { when: 'Received' },
  address: 'URL of an inbox',
  addressText: 'Use it as the Base URL of a connection, or send a request yourself. Each name is a separate inbox.',
  defaultName: 'crm',
  emptyText: 'Requests show here within seconds. The last 1,000 are kept until the server restarts.',
  offTitle: 'The Inbox is off',
  offText:
    'Anyone who knows its URL can send to it, so it is off on this server. To turn it on, restart the server with MILLRACE_INBOX=on.',
  offNow:
    'It turned off when a connection to another system was enabled. Deliveries to it fail: pause connections that still use it, or restart the server with MILLRACE_INBOX=on.',
  offCode: 'MILLRACE_INBOX=on npm start',
  clearTitle: 'Clear the Inbox?',
  clearText: (isMore: boolean, requests: number) =>
    `${isMore ? 'More than ' : ''}${count.requests(requests)} will be deleted. Delivery logs are kept.`,
  cleared: 'Inbox cleared',
  inspector: (method: string, path: string) => `${method} ${path}`,
  query: 'Query',
  truncated: 'Truncated to 64 KiB.',
  gone: 'This request is on another page of the list, or was cleared.',
  noValue: '(empty)',
  rules: {
    title: 'Response rules',
    text: 'Simulate errors and delays.',
    edit: (name: string) => `Edit the rule of ${name}`,
    remove: (name: string) => `Delete the rule of ${name}`,
    removed: (name: string) => `${name} responds with 200 again`,
    saved: (name: string) => `Rule of ${name} saved`,
    dialog: 'Response rule',
    presets: 'Simulate',
    presetNames: {
      works: 'Success',
      flaky: 'Two failures, then success',
      slow: 'Slow responses',
      down: 'Outage',
      refuses: 'Rejected data',
      busy: 'Rate limiting',
    },
    statusHint: '200 to 599',
    delay: 'Delay (ms)',
    delayHint: 'Up to 60,000',
    failFirst: 'Failures first',
    failFirstHint: 'This many requests return 503 first.',
    body: 'Response body',
    notANumber: 'Enter a whole number.',
    says: (status: string) => `Returns ${status}`,
    after: (duration: string) => `after ${duration}`,
    failing: (requests: number) =>
      requests === 1 ? 'next request returns 503' : `next ${count.requests(requests)} return 503`,
  },
} as const;
