import { request } from 'node:http';
import { parseArgs } from 'node:util';

// A stand-in for curl in the shell of `run-shell.ts`, for machines without it: it makes the request of the options that
// Millrace's commands have, and fails where curl would do something else with them.

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    globoff: { type: 'boolean' },
    'path-as-is': { type: 'boolean' },
    request: { type: 'string' },
    url: { type: 'string' },
    header: { type: 'string', multiple: true, short: 'H' },
    data: { type: 'string' },
    'data-raw': { type: 'string' },
  },
});
const [address, ...more] = [...(values.url === undefined ? [] : [values.url]), ...positionals];
const [, origin, target] = /^(http:\/\/[^/?#]+)([^#]*)$/.exec(address ?? '') ?? [];
if (origin === undefined || target === undefined || more.length > 0) fail('one plain http URL is expected');
if (!values.globoff && /[{}[\]]/.test(target)) fail('curl expands brackets and braces in this URL');
if (!values['path-as-is'] && /\/\.\.?(\/|\?|$)/.test(target)) fail('curl removes dots from this path');
if (values.data?.startsWith('@')) fail('curl reads this data from a file');

const body = values['data-raw'] ?? values.data;
const headers: Record<string, string> = {
  'user-agent': 'curl',
  accept: '*/*',
  ...(body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
};
for (const line of values.header ?? []) {
  const [, name, sign, value] = /^([^:;]+)([:;])\s*(.*)$/.exec(line) ?? [];
  if (name === undefined || value === undefined) fail(`this is not a header: ${line}`);
  // "Name:" removes a header of curl's own; "Name;" sends it without a value.
  if (sign === ':' && value === '') delete headers[name.toLowerCase()];
  else headers[name.toLowerCase()] = Buffer.from(value).toString('latin1');
}
const { hostname, port } = new URL(origin);
const method = values.request ?? (body === undefined ? 'GET' : 'POST');
const sent = request({ hostname, port, path: target, method, headers }, (response) => response.pipe(process.stdout));
sent.on('error', (error) => fail(error.message));
sent.end(body);

function fail(why: string): never {
  console.error(why);
  process.exit(1);
}
