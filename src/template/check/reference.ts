/** One entry of the language reference, used by the docs and the editor's completion. */
export type ReferenceEntry = {
  name: string;
  kind: 'tag' | 'filter' | 'function' | 'value';
  signature: string;
  summary: string;
  /** A template, or a part of one. */
  example: string;
  /** The output of the example with `it.data = [{ name: "Ada", total: "12.5" }]`, if it is always the same. */
  prints?: string;
};

type Row = [signature: string, summary: string, example: string, prints?: string];

const SHA256 = 'SHA-256 of the UTF-8 text, in hexadecimal.';
const MD5 = 'MD5 of the UTF-8 text, in hexadecimal.';
const HMAC = 'HMAC of the text in hexadecimal; sha256 or md5. Every viewer can read a key in a template.';
const BASE64 = 'Base64 of the UTF-8 text.';

const FILTER_ROWS: Record<string, Row> = {
  json: ['value | json', 'The value as JSON text.', '{{* it.data[0].name | json }}', '"Ada"'],
  upper: ['value | upper', 'Upper case.', '{{ it.data[0].name | upper }}', 'ADA'],
  lower: ['value | lower', 'Lower case.', '{{ it.data[0].name | lower }}', 'ada'],
  trim: ['value | trim', 'Without white space at both ends.', "{{ '  Ada ' | trim }}", 'Ada'],
  default: [
    'value | default(other)',
    'The other value when this one is missing, null or empty text.',
    "{{ it.data[0].city | default('unknown') }}",
    'unknown',
  ],
  url: ['value | url', 'Percent-encoded for a URL.', "{{* 'a b&c' | url }}", 'a%20b%26c'],
  base64: ['value | base64', BASE64, '{{ it.data[0].name | base64 }}', 'QWRh'],
  sha256: [
    'value | sha256',
    SHA256,
    '{{ it.data[0].name | lower | sha256 }}',
    'fdee430d40bd57deeac186cd9790033d0f06f909a8806e7ce6e717ab7c7d5029',
  ],
  md5: ['value | md5', MD5, '{{ it.data[0].name | md5 }}'],
  hmac: ["value | hmac(key, algorithm = 'sha256')", HMAC, "{{ it.data[0].name | hmac('key') }}"],
  date: [
    "value | date(pattern = 'iso')",
    'A time in UTC. The value is ISO text, a Date, or Unix time (up to 11 digits are seconds, more are milliseconds). ' +
      'The pattern is iso, unix, unixms, or text with yyyy yy MM dd HH mm ss SSS.',
    "{{ 1700000000 | date('yyyy-MM-dd HH:mm') }}",
    '2023-11-14 22:13',
  ],
  number: [
    'value | number(decimals)',
    'The value as a number, with the given number of decimals (0–20), if any.',
    '{{ it.data[0].total | number(2) }}',
    '12.50',
  ],
  safe: ['value | safe', 'Inserts the value without escaping.', "{{ '<b>' | safe }}", '<b>'],
};

const FUNCTION_ROWS: Record<string, Row> = {
  sha256: ['sha256(text)', SHA256, "{{ sha256('Ada') }}"],
  md5: ['md5(text)', MD5, "{{ md5('Ada') }}"],
  hmac: ["hmac(key, text, algorithm = 'sha256')", HMAC, "{{ hmac('key', 'Ada') }}"],
  base64: ['base64(text)', BASE64, "{{ base64('Ada') }}", 'QWRh'],
  uuid: ['uuid()', 'A random UUID, the same in each render of a delivery.', '{{ uuid() }}'],
  skip: [
    'skip(reason)',
    'Ends the template: the delivery is skipped, with that reason.',
    "{{! if (!it.data[0].email) skip('no e-mail address'); }}",
    '',
  ],
  fail: [
    'fail(reason)',
    'Ends the template: the delivery has failed, with that reason.',
    "{{! if (!it.data[0].total) fail('an order without a total'); }}",
    '',
  ],
};

const VALUE_ROWS: Record<string, Row> = {
  'it.data': ['it.data', 'The records made by the field mapping, read only.', '{{ it.data[0].name }}', 'Ada'],
  'it.events': ['it.events', 'The complete events of it.data, in the same order.', '{{ it.events[0].id }}'],
  'it.meta': ['it.meta', 'The delivery, its action and destination, and its time.', '{{ it.meta.time }}'],
};

const TAG_ROWS: Record<string, Row> = {
  '{{! }}': [
    '{{! JavaScript }}',
    'Runs JavaScript. return ends the template: what it returns is the whole output.',
    '{{! return JSON.stringify(it.data[0]); }}',
    '{"name":"Ada","total":"12.5"}',
  ],
  '{{ }}': ['{{ value }}', 'Inserts a value, escaped for the content type.', '{{ it.data[0].name }}', 'Ada'],
  '{{* }}': ['{{* value }}', 'Inserts a value unescaped.', '{{* it.data[0].name }}', 'Ada'],
  '{{@if}}': [
    '{{@if(condition)}} … {{#elif(condition)}} … {{#else}} … {{/if}}',
    'A choice.',
    '{{@if(it.data[0].total > 10)}}big{{#else}}small{{/if}}',
    'big',
  ],
  '{{@each}}': [
    '{{@each(list) => item, index}} … {{/each}}',
    'Repeats its content for each item of a list.',
    '{{@each(it.data) => record, i}}{{ i }}: {{ record.name }}{{/each}}',
    '0: Ada',
  ],
  '{{@foreach}}': [
    '{{@foreach(object) => key, value}} … {{/foreach}}',
    'Repeats its content for each key of an object.',
    '{{@foreach(it.data[0]) => key, value}}{{ key }}={{ value }};{{/foreach}}',
    'name=Ada;total=12.5;',
  ],
  '{{_ _}}': ['{{_ value _}}', 'Removes all white space on that side of the tag.', "a  {{_ 'b' _}}  c", 'abc'],
  '{{- -}}': ['{{- value -}}', 'Removes one line break on that side of the tag.', "a\n{{- 'b' -}}\nc", 'abc'],
};

/** Every filter, function, value and tag of the template language. */
export const REFERENCE: readonly ReferenceEntry[] = [
  ...entries('filter', FILTER_ROWS),
  ...entries('function', FUNCTION_ROWS),
  ...entries('value', VALUE_ROWS),
  ...entries('tag', TAG_ROWS),
];

function entries(kind: ReferenceEntry['kind'], rows: Record<string, Row>): ReferenceEntry[] {
  return Object.entries(rows).map(([name, [signature, summary, example, prints]]) => {
    const entry = { name, kind, signature, summary, example };
    return prints === undefined ? entry : { ...entry, prints };
  });
}

/** The functions that a template can call by name. */
export const FUNCTIONS: ReadonlySet<string> = new Set(Object.keys(FUNCTION_ROWS));

/** Whether a filter of that name exists (`safe` included). */
export function isFilter(name: string): boolean {
  return Object.hasOwn(FILTER_ROWS, name);
}

const OTHER_NAMES: Record<string, string> = {
  e: 'Values are escaped for the content type automatically',
  escape: 'Values are escaped for the content type automatically',
  raw: 'Write `safe`',
  uppercase: 'Write `upper`',
  lowercase: 'Write `lower`',
  urlencode: 'Write `url`',
  encode: 'Write `url`',
  stringify: 'Write `json`',
  dump: 'Write `json`',
  round: 'Write `number(0)`',
  sha1: 'There are `sha256` and `md5`',
  btoa: 'Write `base64`',
};

/** A hint for the author of an unknown filter. */
export function nearestFilter(name: string): string {
  const known = Object.hasOwn(OTHER_NAMES, name.toLowerCase()) ? OTHER_NAMES[name.toLowerCase()] : undefined;
  return (
    known ??
    `There are ${Object.keys(FILTER_ROWS)
      .map((filter) => `\`${filter}\``)
      .join(', ')}`
  );
}
