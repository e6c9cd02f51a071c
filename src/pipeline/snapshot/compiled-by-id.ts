import type { DocumentKind } from '../../contract/documents/document.ts';
import type { Configuration } from './snapshot.ts';

/** A cache of what was compiled for a document of `kind`, which is cleared when one of them or the settings change. */
export function compiledById<T>(configuration: Configuration, kind: DocumentKind): Map<string, T> {
  const known = new Map<string, T>();
  configuration.watch((_, changes) => {
    if (changes.some(({ document }) => document.kind === kind || document.kind === 'settings')) known.clear();
  });
  return known;
}
