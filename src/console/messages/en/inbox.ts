import { counted } from '../format.ts';

const requests = { one: 'request', other: 'requests' };

/** Words of the Inbox, the built-in receiver for trying things out. */
export const inbox = {
  title: 'Inbox',
  lead: 'A receiver for trying things out: whatever is sent to it shows here. Nothing leaves this server.',
  list: 'Received requests',
  columns: { request: 'Request', inbox: 'Inbox', size: 'Size', when: 'Received' },
  anyInbox: 'Any inbox',
  inbox: 'Inbox',
  address: 'Address of an inbox',
  addressText:
    'Make it the Base URL of a Connection, or send something yourself. Every name makes an inbox of its own.',
  name: 'Name',
  defaultName: 'crm',
  copyUrl: 'Copy URL',
  newConnection: 'New Connection',
  emptyTitle: 'Nothing received yet',
  emptyText: 'Requests show here within seconds. The last 1,000 are kept, as long as the server runs.',
  emptyByFilter: 'No requests match.',
  offTitle: 'The Inbox is off',
  offText:
    'It receives requests from anybody who knows its address, so that it is switched on by whoever runs the server: set MILLRACE_INBOX=on and start it again. In the demo it is on.',
  offCode: 'MILLRACE_INBOX=on npm start',
  clear: 'Clear',
  clearTitle: 'Clear the Inbox?',
  clearText: (isMore: boolean, count: number) =>
    `${isMore ? 'More than ' : ''}${counted(count, requests)} ${count === 1 && !isMore ? 'goes' : 'go'} for good. Deliveries keep their own records.`,
  cleared: 'The Inbox is empty.',
  inspector: (method: string, path: string) => `${method} ${path}`,
  close: 'Close',
  query: 'Query',
  truncated: 'Longer than 64 KiB: the rest was not kept.',
  copyCurl: 'Copy as cURL',
  gone: 'This request is not on this page of the list: it is older, or was cleared.',
  noValue: '(empty)',
} as const;
