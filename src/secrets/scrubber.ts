import { textFinder } from '../contract/multi-pattern-search.ts';
import type { Secret } from '../contract/secret.ts';
import { secretForms, secretLengthMin } from '../contract/secret-forms.ts';

/** Takes the values of secrets out of text that people will read. */
interface Scrubber {
  /** The text with `[secret]` in place of every known value in any of its forms (contract/secret-forms.ts). */
  scrub(text: string): string;
  /** These values too, from now on. Values under 8 characters are left. */
  learn(values: Iterable<Secret | string>): void;
  /** Learns what a source has, secrets in use, now and at each call of what it answers. */
  follow(live: () => Iterable<Secret | string>): () => void;
}

/** How many characters of forms are remembered: some ten thousand passwords. */
const charactersMax = 16 * 2 ** 20;

/**
 * Knows the secrets in use and those that were in use before: what is on its way when a secret is replaced still has the
 * old one. When these become too many, all but those in use are forgotten. While nothing is known, scrubbing costs
 * nothing; otherwise about a microsecond for each thousand characters.
 */
export function createScrubber({ charactersMax: most = charactersMax }: { charactersMax?: number } = {}): Scrubber {
  const sources: (() => Iterable<Secret | string>)[] = [];
  let known = new Set<string>();
  let forms = textFinder(secretLengthMin);
  let characters = 0;

  function add(values: Iterable<Secret | string>): void {
    for (const one of values) {
      // What is kept elsewhere is learnt when it is read, by its value.
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
    // What is live is never forgotten, however much it is.
    most = Math.max(most, 2 * characters);
  }

  return {
    scrub: (text) => (characters === 0 ? text : forms.replaceAll(text, '[secret]')),
    learn,
    follow(live) {
      sources.push(live);
      const refresh = () => learn(live());
      refresh();
      return refresh;
    },
  };
}
