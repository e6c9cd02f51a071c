import { type Refusal, refusal } from '../formats/format.ts';

/**
 * The JSON of a webhook's body: itself, or made of a form. A form whose only field is `payload` with JSON is that JSON, as
 * GitHub and Slack send it. What begins like JSON is JSON, whatever its type says.
 */
export function bodyAsJson(body: Buffer, type: string | undefined): Buffer | Refusal {
  if (/^[\s\u{feff}]*[{[]/u.test(body.toString('utf8', 0, 256))) return body;
  if (!/^application\/x-www-form-urlencoded\b/i.test(type ?? ''))
    return refusal('invalid_events', 'The body must be JSON, an object or a list of objects, or a form.');
  const fields = [...new URLSearchParams(body.toString())].filter(([name]) => name !== '');
  if (fields.length === 0) return refusal('invalid_events', 'The form has no field.');
  const [[name, value] = ['', '']] = fields;
  if (fields.length === 1 && name === 'payload' && value.startsWith('{')) return Buffer.from(value);
  return Buffer.from(JSON.stringify(Object.fromEntries(fields)));
}
