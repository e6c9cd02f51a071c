import { secretLengthMin } from '../contract/secret-forms.ts';
import { revealIfThere, secretsOf } from './secret-fields.ts';
import { textRedaction } from './text-redaction.ts';

type Mask = (text: string) => string;

/**
 * Masks secrets that a response may echo and that no scrubber knows: the credentials of the request (access tokens
 * are not stored) and secrets of `bodies` that are too short for the scrubber.
 */
export function responseRedaction(bodies: readonly object[], sent: readonly (readonly [string, string])[]): Mask {
  const authorization = sent.find(([name]) => isAuthorization.test(name))?.[1];
  if (authorization === undefined && bodies.every((body) => secretsOf(body).length === 0)) return asItIs;
  const masks: Mask[] = [];
  bodies.forEach((body, index) => {
    const values = secretsOf(body)
      .map(revealIfThere)
      .filter((one) => one.length < secretLengthMin);
    // Cached with the first body, whose requests mostly have the same credentials.
    if (index === 0 && authorization !== undefined) values.push(authorization.replace(/^\S+ /, ''));
    if (values.length > 0) masks.push(maskOf(body, values));
  });
  return masks.length === 0 ? asItIs : (text) => masks.reduce((hidden, mask) => mask(hidden), text);
}

const isAuthorization = /^authorization$/i;
const asItIs: Mask = (text) => text;

const known = new WeakMap<object, { values: string; mask: Mask }>();

function maskOf(body: object, values: readonly string[]): Mask {
  const key = values.join('\n');
  const before = known.get(body);
  if (before?.values === key) return before.mask;
  const mask = textRedaction(values);
  known.set(body, { values: key, mask });
  return mask;
}
