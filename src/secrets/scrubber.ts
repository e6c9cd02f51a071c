import type { Secret } from '../contract/secret.ts';

/** Shorter values would tear holes into ordinary text. */
const lengthMin = 8;

/**
 * A function that replaces the values of live secrets in text by `[secret]`: as they are, in base64 (also inside a
 * longer encoded text, as in Basic credentials), URL-encoded and JSON-escaped. Values under 8 characters stay.
 */
export function scrubber(secrets: Iterable<Secret>): (text: string) => string {
  const forms = new Set<string>();
  for (const secret of secrets)
    for (const form of formsOf(secret.reveal())) if (form.length >= lengthMin) forms.add(form);
  if (forms.size === 0) return (text) => text;
  // The longest first, so that nothing of a form stays when a shorter one is its beginning.
  const pattern = [...forms].sort((a, b) => b.length - a.length).map(escapePattern);
  const any = new RegExp(pattern.join('|'), 'g');
  return (text) => text.replace(any, '[secret]');
}

const escapePattern = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

function* formsOf(value: string): Generator<string> {
  if (value.length < lengthMin) return;
  const encoded = value.isWellFormed() ? encodeURIComponent(value) : value;
  const form = encoded.replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
  yield* [value, JSON.stringify(value).slice(1, -1), encoded, form, form.replaceAll('%20', '+')];
  yield* [encoded, form].map((text) => text.replace(/%../g, (code) => code.toLowerCase()));
  const bytes = Buffer.from(value);
  for (const shift of [0, 1, 2]) {
    // The first and last signs depend on what stands beside the value; those between them are always the same.
    const whole = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .replaceAll('=', '');
    const inner = whole.slice(shift === 0 ? 0 : shift + 1, (shift + bytes.length) % 3 === 0 ? undefined : -1);
    yield* [inner, inner.replaceAll('+', '-').replaceAll('/', '_')];
  }
}
