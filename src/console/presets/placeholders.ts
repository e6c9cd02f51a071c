/** A part of a preset's addresses that each account has its own of: asked for as a field. */
export type PresetValue = {
  /** The text in the addresses that the value replaces. */
  placeholder: string;
  label: string;
  hint: string;
  /** Not kept in the browser, and not shown while it is typed. */
  isSecret?: true;
};

/** All placeholders of presets: an address that still has one leads nowhere. */
const placeholders = [
  'ACCOUNT/HOOK',
  'API_SECRET',
  'AUDIENCE_ID',
  'BASE_ID',
  'G-XXXXXXXXXX',
  'MYDOMAIN',
  'SIGNATURE',
  'SUBDOMAIN',
  'TABLE_NAME',
  'WEBHOOK_ID',
  'WEBHOOK_TOKEN',
  'WORKFLOW_ID',
] as const;

/** The first placeholder that is left in an address; null: none. */
export function placeholderIn(...addresses: readonly string[]): string | null {
  return placeholders.find((one) => addresses.some((text) => text.includes(one))) ?? null;
}

/** An address with the values in place of their placeholders, encoded where they are part of a path or query. */
export function filledIn(address: string, values: Readonly<Record<string, string>>): string {
  return Object.entries(values).reduce((text, [placeholder, typed]) => {
    const value = typed.trim();
    // What was copied from another address is encoded already.
    const isEncoded = /%[0-9a-f]{2}/i.test(value) || /^[\w./-]*$/.test(value);
    return value === '' ? text : text.replaceAll(placeholder, isEncoded ? value : encodeURIComponent(value));
  }, address);
}
