/** The tag itself, or the nearest one that `Intl` knows: a browser can be started with a locale such as `en-US@posix`. */
export function validLocale(tag: string): string {
  for (const one of [tag, tag.replace(/[@.].*$/, '').replaceAll('_', '-')])
    try {
      const [valid] = Intl.getCanonicalLocales(one);
      if (valid !== undefined) return valid;
    } catch {
      // no valid tag
    }
  return 'en';
}

// uPlot formats numbers by this locale as soon as it is loaded, and throws for an invalid one.
const { language = 'en' } = globalThis.navigator ?? {};
const valid = validLocale(language);
if (valid !== language) Reflect.defineProperty(globalThis.navigator, 'language', { value: valid, configurable: true });
