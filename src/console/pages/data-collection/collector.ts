import type { Answer } from '../../../client/client.ts';
import { dataCollection as words } from '../../messages/en/data-collection.ts';

export type Collector = Answer<'getCollector'>;

/** The sites whose pages may send, in a few words. */
export function originsInWords({ allowedOrigins }: Pick<Collector, 'allowedOrigins'>): string {
  if (allowedOrigins.includes('*')) return words.anyOrigin;
  const [first = '–', ...more] = allowedOrigins;
  return more.length === 0 ? first : words.originsMore(first, more.length);
}
