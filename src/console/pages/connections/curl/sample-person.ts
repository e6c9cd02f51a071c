import { member } from '../record-template.ts';
import { unescaped } from './curl-command.ts';

/**
 * What a person has, with the name of the parameter before it, if it has one: an e-mail address, or the value of a parameter of a
 * URL that is named for a name or a phone number.
 */
const personal =
  /(?:([?&])([^?&=]+)=)?([\w.+-]+(?:@|%40)[\w-]+(?:\.[\w-]+)+)|([?&])((?:first|last|full|sur|given|family)[_-]?name|phone(?:[_-]?number)?|mobile|msisdn)=([^&#\s{]+)/gi;

/** Whether a text is the address or the phone number of a person. */
export const isPersonal = (text: string): boolean => text.includes('@') || /^\+?\d[\d ()-]{6,}$/.test(text);

/**
 * A path or a text in which what looks like a person is read from the record: in the command it is the sample of a documentation,
 * to whom nothing must be sent. `samples`: each field with what is in its place. Those of `kept` stay.
 */
export function withoutPerson(text: string, kept: readonly string[] = []): { text: string; samples: string[] } {
  if (text.includes('{{')) return { text, samples: [] };
  const samples = new Set<string>();
  const replaced = text.replaceAll(
    personal,
    (all, addressMark = '', addressName = '', address = '', namedMark = '', namedName = '', named = '') => {
      const [mark, name, found] = address === '' ? [namedMark, namedName, named] : [addressMark, addressName, address];
      const field = name === '' ? 'email' : unescaped(name);
      const sample = `${field}: ${unescaped(found)}`;
      samples.add(sample);
      if (kept.includes(sample)) return all;
      return `${mark}${name}${name === '' ? '' : '='}{{ ${member('it.data[0]', field)} }}`;
    },
  );
  return { text: replaced, samples: [...samples] };
}
