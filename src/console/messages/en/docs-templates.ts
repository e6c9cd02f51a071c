/** One part of the page about the template language; an example can be run. */
export type TemplateTopic = {
  id: string;
  title: string;
  text: readonly string[];
  example?: { template: string; data: unknown[]; contentType?: string };
};

const ada = { email: 'Ada@Example.com', name: 'Ada', product: 'Copper kettle', total: '49.90' };

/** The template language by example. */
export const templateTopics: readonly TemplateTopic[] = [
  {
    id: 'whole',
    title: 'Send the record as it is',
    text: [
      'A template is text with tags. The tag {{! … }} runs JavaScript; what it returns is the whole body.',
      'it.data is the list of records: what Field Mapping made of the event. Without a mapping it is the event’s own parameters. Usually it holds one record, it.data[0]; with batching it holds several.',
      'This is what a new destination starts with.',
    ],
    example: { template: '{{! return JSON.stringify(it.data[0]); }}', data: [ada] },
  },
  {
    id: 'insert',
    title: 'Put values into a text',
    text: [
      'The tag {{ … }} inserts a value. It is escaped for the content type of the destination: in JSON a quote becomes \\", in HTML < becomes &lt;, in forms a space becomes %20.',
      'A value that is missing inserts nothing. Reading something of a missing value (it.a.b where it.a is missing) is an error, and the delivery says so.',
    ],
    example: {
      template:
        '{"who": "{{ it.data[0].name }}", "bought": "{{ it.data[0].product }}", "note": "{{ it.data[0].note }}"}',
      data: [{ ...ada, product: 'The "best" kettle' }],
    },
  },
  {
    id: 'dots',
    title: 'Names with dots',
    text: ['Parameters like wt.dcsvid have a dot in their name. Write the name in brackets and quotes.'],
    example: {
      template: '{"visitor": "{{ it.data[0]["wt.dcsvid"] }}"}',
      data: [{ 'wt.dcsvid': 'visitor-1', 'wt.ti': 'Welcome' }],
    },
  },
  {
    id: 'filters',
    title: 'Filters',
    text: [
      'Behind | a filter changes the value: json, upper, lower, trim, default, url, base64, sha256, md5, hmac, date, number. You can chain them.',
      'Many advertising systems want an e-mail address in small letters and hashed: trim, lower, sha256.',
    ],
    example: {
      template:
        '{"email_sha256": "{{ it.data[0].email | trim | lower | sha256 }}", "city": "{{ it.data[0].city | default("unknown") }}"}',
      data: [ada],
    },
  },
  {
    id: 'choice',
    title: 'Only if',
    text: ['{{@if(…)}} shows a part only when the condition holds; {{#elif(…)}} and {{#else}} are the other ways.'],
    example: {
      template: '{{@if(Number(it.data[0].total) > 40)}}{"level": "gold"}{{#else}}{"level": "standard"}{{/if}}',
      data: [ada],
    },
  },
  {
    id: 'loop',
    title: 'For each',
    text: [
      '{{@each(list) => item, i}} repeats a part for every item of a list. {{@foreach(object) => key, value}} does it for the members of an object.',
    ],
    example: {
      template: '[{{@each(it.data) => one, i}}{{@if(i > 0)}},{{/if}}{"sku": "{{ one.sku }}"}{{/each}}]',
      data: [{ sku: 'KET-1' }, { sku: 'MUG-4' }],
    },
  },
  {
    id: 'javascript',
    title: 'More JavaScript',
    text: [
      'Ordinary modern JavaScript works inside {{! … }}. Text, an object or a list may be returned; objects and lists become JSON.',
      'It runs in a sandbox without files, network or timers, at most 50 ms for each delivery (the operator can change that). The same delivery always gives the same bytes.',
    ],
    example: {
      template:
        '{{!\n  const order = it.data[0];\n  return {\n    customer: { email: order.email.toLowerCase() },\n    lines: order.skus.split(";").map((sku) => ({ sku })),\n  };\n}}',
      data: [{ email: 'Ada@Example.com', skus: 'KET-1;MUG-4' }],
    },
  },
  {
    id: 'skip',
    title: 'Send nothing, and say why',
    text: [
      'skip(reason) ends the delivery as Skipped, fail(reason) as Failed; the delivery shows the reason. A template that gives nothing is skipped too.',
    ],
    example: {
      template: '{{! if (!it.data[0].email) skip("no e-mail address"); return it.data[0]; }}',
      data: [{ name: 'Ada' }],
    },
  },
  {
    id: 'form',
    title: 'Not only JSON',
    text: ['With another content type the escaping follows: here a form, as older systems like it.'],
    example: {
      template: 'name={{ it.data[0].name }}&product={{ it.data[0].product }}',
      data: [{ name: 'Ada & Co.', product: 'Copper kettle' }],
      contentType: 'application/x-www-form-urlencoded',
    },
  },
  {
    id: 'more',
    title: 'More template values',
    text: [
      'it.events holds the whole events behind it.data (id, name, visitorId, occurredAt, data, ext, source). it.meta holds the delivery’s id, its idempotency key, the action, the destination and the time.',
      'The functions sha256, hmac, md5, base64 and uuid are there too. To sign requests, use the connection’s signing settings: anyone who can view templates can read them.',
    ],
  },
];
