import type { Secret } from '../contract/secret.ts';
import { textFinder } from './multi-pattern-search.ts';
import { secretForms, secretLengthMin } from './secret-forms.ts';

/** Removes the values of secrets from text for people. */
export type Scrubber = ReturnType<typeof createScrubber>;

/** The total length of remembered forms: about ten thousand passwords. */
const charactersMax = 16 * 2 ** 20;

/**
 * Creates a scrubber of the secrets in use and those used before: a request in flight when a secret is replaced still
 * has the old one. When they exceed the limit, all but those in use are forgotten. Without secrets, scrubbing costs
 * nothing; otherwise about a microsecond for each thousand characters.
 */
export function createScrubber({ charactersMax: most = charactersMax }: { charactersMax?: number } = {}) {
  const sources: (() => Iterable<Secret | string>)[] = [];
  let known = new Set<string>();
  let forms = textFinder(secretLengthMin);
  let characters = 0;

  function add(values: Iterable<Secret | string>): void {
    for (const one of values) {
      // A secret reference is added by its value when it is read.
      const value = typeof one === 'string' ? one : one.ref === null ? one.reveal() : '';
      if (value.length < secretLengthMin || known.has(value)) continue;
      known.add(value);
      for (const form of secretForms(value))
        if (form.length >= secretLengthMin) {
          forms.add(form);
          characters += form.length;
        }
    }
  }

  function learn(values: Iterable<Secret | string>): void {
    add(values);
    if (characters <= most) return;
    known = new Set();
    forms = textFinder(secretLengthMin);
    characters = 0;
    for (const live of sources) add(live());
    add(values);
    // Live secrets are never forgotten, whatever their total length.
    most = Math.max(most, 2 * characters);
  }

  return {
    /** The text with `[secret]` in place of every known value in any of its forms (connections/secret-forms.ts). */
    scrub: (text: string): string => (characters === 0 ? text : forms.replaceAll(text, '[secret]')),
    /** Adds these values. Values under 8 characters are ignored. */
    learn,
    /** Adds the live secrets of a source now, and again on each call of the returned function. */
    follow(live: () => Iterable<Secret | string>): () => void {
      sources.push(live);
      const refresh = () => learn(live());
      refresh();
      return refresh;
    },
  };
}
