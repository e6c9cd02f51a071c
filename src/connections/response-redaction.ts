import { secretLengthMin } from '../contract/secret-forms.ts';
import { revealIfThere, secretsOf } from './secret-fields.ts';
import { textRedaction } from './text-redaction.ts';

type Mask = (text: string) => string;

/** Returns the mask for the response to a request with these headers. */
export type ResponseRedaction = (sent: readonly (readonly [string, string])[]) => Mask;

/**
 * Masks secrets that a response may echo and that no scrubber knows: the credentials of the request (access tokens
 * are not stored) and secrets of `bodies` that are too short for the scrubber. The last mask is kept, since most
 * requests have the same credentials.
 */
export function responseRedaction(bodies: readonly object[]): ResponseRedaction {
  const secrets = bodies.flatMap(secretsOf);
  const ofSecrets = keptMask();
  const ofCredentials = keptMask();
  return (sent) => {
    const authorization = sent.find(([name]) => isAuthorization.test(name))?.[1];
    if (authorization === undefined && secrets.length === 0) return unmasked;
    const short = ofSecrets(secrets.map(revealIfThere).filter((one) => one.length < secretLengthMin));
    const credentials = ofCredentials(authorization === undefined ? [] : [authorization.replace(/^\S+ /, '')]);
    return (text) => credentials(short(text));
  };
}

const isAuthorization = /^authorization$/i;
/** The mask of a response without secrets. */
export const unmasked: Mask = (text) => text;

/** Returns the mask of some values, and keeps it until they change. */
function keptMask(): (values: readonly string[]) => Mask {
  let known = { key: '', mask: unmasked };
  return (values) => {
    const key = values.join('\n');
    if (key !== known.key) known = { key, mask: values.length === 0 ? unmasked : textRedaction(values) };
    return known.mask;
  };
}
