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

/** Every filter, function, value and tag of the template language. */
export const REFERENCE: readonly ReferenceEntry[] = [
  entry('json', 'filter', 'value | json', 'The value as JSON text.', '{{* it.data[0].name | json }}', '"Ada"'),
  entry('upper', 'filter', 'value | upper', 'Upper case.', '{{ it.data[0].name | upper }}', 'ADA'),
  entry('lower', 'filter', 'value | lower', 'Lower case.', '{{ it.data[0].name | lower }}', 'ada'),
  entry('trim', 'filter', 'value | trim', 'Without white space at both ends.', "{{ '  Ada ' | trim }}", 'Ada'),
  entry(
    'default',
    'filter',
    'value | default(other)',
    'The other value when this one is missing, null or empty text.',
    "{{ it.data[0].city | default('unknown') }}",
    'unknown',
  ),
  entry('url', 'filter', 'value | url', 'Percent-encoded for a URL.', "{{* 'a b&c' | url }}", 'a%20b%26c'),
  entry('base64', 'filter', 'value | base64', 'Base64 of the UTF-8 text.', '{{ it.data[0].name | base64 }}', 'QWRh'),
  entry(
    'sha256',
    'filter',
    'value | sha256',
    'SHA-256 of the UTF-8 text, in hexadecimal.',
    '{{ it.data[0].name | lower | sha256 }}',
    'fdee430d40bd57deeac186cd9790033d0f06f909a8806e7ce6e717ab7c7d5029',
  ),
  entry('md5', 'filter', 'value | md5', 'MD5 of the UTF-8 text, in hexadecimal.', '{{ it.data[0].name | md5 }}'),
  entry(
    'hmac',
    'filter',
    "value | hmac(key, algorithm = 'sha256')",
    'HMAC of the text in hexadecimal; sha256 or md5. Every viewer can read a key in a template.',
    "{{ it.data[0].name | hmac('key') }}",
  ),
  entry(
    'date',
    'filter',
    "value | date(pattern = 'iso')",
    'A time in UTC. The value is ISO text, a Date, or Unix time (up to 11 digits are seconds, more are milliseconds). ' +
      'The pattern is iso, unix, unixms, or text with yyyy yy MM dd HH mm ss SSS.',
    "{{ 1700000000 | date('yyyy-MM-dd HH:mm') }}",
    '2023-11-14 22:13',
  ),
  entry(
    'number',
    'filter',
    'value | number(decimals)',
    'The value as a number, with the given number of decimals (0–20), if any.',
    '{{ it.data[0].total | number(2) }}',
    '12.50',
  ),
  entry('safe', 'filter', 'value | safe', 'Inserts the value without escaping.', "{{ '<b>' | safe }}", '<b>'),
  entry('sha256', 'function', 'sha256(text)', 'SHA-256 of the UTF-8 text, in hexadecimal.', "{{ sha256('Ada') }}"),
  entry('md5', 'function', 'md5(text)', 'MD5 of the UTF-8 text, in hexadecimal.', "{{ md5('Ada') }}"),
  entry(
    'hmac',
    'function',
    "hmac(key, text, algorithm = 'sha256')",
    'HMAC of the text in hexadecimal; sha256 or md5. Every viewer can read a key in a template.',
    "{{ hmac('key', 'Ada') }}",
  ),
  entry('base64', 'function', 'base64(text)', 'Base64 of the UTF-8 text.', "{{ base64('Ada') }}", 'QWRh'),
  entry('uuid', 'function', 'uuid()', 'A random UUID, the same in each render of a delivery.', '{{ uuid() }}'),
  entry(
    'skip',
    'function',
    'skip(reason)',
    'Ends the template: the delivery is skipped, with that reason.',
    "{{! if (!it.data[0].email) skip('no e-mail address'); }}",
    '',
  ),
  entry(
    'fail',
    'function',
    'fail(reason)',
    'Ends the template: the delivery has failed, with that reason.',
    "{{! if (!it.data[0].total) fail('an order without a total'); }}",
    '',
  ),
  entry(
    'it.data',
    'value',
    'it.data',
    'The records made by the field mapping, read only.',
    '{{ it.data[0].name }}',
    'Ada',
  ),
  entry(
    'it.events',
    'value',
    'it.events',
    'The complete events of it.data, in the same order.',
    '{{ it.events[0].id }}',
  ),
  entry('it.meta', 'value', 'it.meta', 'The delivery, its action and destination, and its time.', '{{ it.meta.time }}'),
  entry(
    '{{! }}',
    'tag',
    '{{! JavaScript }}',
    'Runs JavaScript. return ends the template: what it returns is the whole output.',
    '{{! return JSON.stringify(it.data[0]); }}',
    '{"name":"Ada","total":"12.5"}',
  ),
  entry(
    '{{ }}',
    'tag',
    '{{ value }}',
    'Inserts a value, escaped for the content type.',
    '{{ it.data[0].name }}',
    'Ada',
  ),
  entry('{{* }}', 'tag', '{{* value }}', 'Inserts a value unescaped.', '{{* it.data[0].name }}', 'Ada'),
  entry(
    '{{@if}}',
    'tag',
    '{{@if(condition)}} … {{#elif(condition)}} … {{#else}} … {{/if}}',
    'A choice.',
    '{{@if(it.data[0].total > 10)}}big{{#else}}small{{/if}}',
    'big',
  ),
  entry(
    '{{@each}}',
    'tag',
    '{{@each(list) => item, index}} … {{/each}}',
    'Repeats its content for each item of a list.',
    '{{@each(it.data) => record, i}}{{ i }}: {{ record.name }}{{/each}}',
    '0: Ada',
  ),
  entry(
    '{{@foreach}}',
    'tag',
    '{{@foreach(object) => key, value}} … {{/foreach}}',
    'Repeats its content for each key of an object.',
    '{{@foreach(it.data[0]) => key, value}}{{ key }}={{ value }};{{/foreach}}',
    'name=Ada;total=12.5;',
  ),
  entry(
    '{{_ _}}',
    'tag',
    '{{_ value _}}',
    'Removes all white space on that side of the tag.',
    "a  {{_ 'b' _}}  c",
    'abc',
  ),
  entry(
    '{{- -}}',
    'tag',
    '{{- value -}}',
    'Removes one line break on that side of the tag.',
    "a\n{{- 'b' -}}\nc",
    'abc',
  ),
];

const FILTERS = new Set(REFERENCE.filter(({ kind }) => kind === 'filter').map(({ name }) => name));

/** The functions that a template can call by name. */
export const FUNCTIONS: ReadonlySet<string> = new Set(
  REFERENCE.filter(({ kind }) => kind === 'function').map(({ name }) => name),
);

/** Whether a filter of that name exists (`safe` included). */
export function isFilter(name: string): boolean {
  return FILTERS.has(name);
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
  return known ?? `There are ${[...FILTERS].map((filter) => `\`${filter}\``).join(', ')}`;
}

function entry(
  name: string,
  kind: ReferenceEntry['kind'],
  signature: string,
  summary: string,
  example: string,
  prints?: string,
): ReferenceEntry {
  return { name, kind, signature, summary, example, ...(prints === undefined ? {} : { prints }) };
}
