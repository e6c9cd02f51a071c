import { member } from '../record-template.ts';
import { unescaped } from './curl-command.ts';

/** An e-mail address in a URL or a text, with the name of the parameter before it, if it has one. */
const address = /(?:([?&])([^?&=]+)=)?([\w.+-]+(?:@|%40)[\w-]+(?:\.[\w-]+)+)/gi;

/**
 * A path or a text in which each e-mail address is read from the record: in the command it is that of a sample person, to whom
 * nothing must be sent. `samples`: each field with the address in its place.
 */
export function withoutPerson(text: string): { text: string; samples: string[] } {
  if (text.includes('{{')) return { text, samples: [] };
  const samples = new Set<string>();
  const replaced = text.replaceAll(address, (_all, mark = '', name = '', found: string) => {
    const field = name === '' ? 'email' : unescaped(name);
    samples.add(`${field}: ${unescaped(found)}`);
    return `${mark}${name}${name === '' ? '' : '='}{{ ${member('it.data[0]', field)} }}`;
  });
  return { text: replaced, samples: [...samples] };
}
