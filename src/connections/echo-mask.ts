import { secretLengthMin } from '../contract/secret-forms.ts';
import { masker } from './mask.ts';
import { revealIfThere, secretsOf } from './secret-fields.ts';

type Mask = (text: string) => string;

/**
 * Hides in an answer what its sender may have echoed and no scrubber knows: the credentials that the request carried
 * (access tokens are stored nowhere) and secrets of `bodies` that are too short to be taken out of any text.
 */
export function echoMask(bodies: readonly object[], sent: readonly (readonly [string, string])[]): Mask {
  const authorization = sent.find(([name]) => name.toLowerCase() === 'authorization')?.[1];
  const masks = bodies.map((body, index) => {
    const short = Array.from(secretsOf(body), revealIfThere).filter((one) => one.length < secretLengthMin);
    // They go with the first body, whose requests mostly carry the same ones.
    const credentials = index === 0 && authorization !== undefined ? [authorization.replace(/^\S+ /, '')] : [];
    return maskOf(body, [...short, ...credentials]);
  });
  return (text) => masks.reduce((hidden, mask) => mask(hidden), text);
}

const known = new WeakMap<object, { values: string; mask: Mask }>();

function maskOf(body: object, values: readonly string[]): Mask {
  if (values.length === 0) return (text) => text;
  const key = values.join('\n');
  const before = known.get(body);
  if (before?.values === key) return before.mask;
  const mask = masker(values);
  known.set(body, { values: key, mask });
  return mask;
}
