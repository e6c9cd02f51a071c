import type { RouteResponse } from '../../../client/client.ts';
import { shell, terms, dataCollection as words } from '../../messages/en.ts';
import { documentKind } from '../document/document-kind.ts';

export type Collector = RouteResponse<'getCollector'>;

export const collectorKind = documentKind('collector', {
  newTitle: words.create,
  crumbs: [{ label: shell.pages.dataCollection, to: '/data-collection' }],
  rights: 'collectors',
  created: words.details.created,
});

/** The sites whose pages may send, in a few words. */
export function originsInWords({ allowedOrigins }: Pick<Collector, 'allowedOrigins'>): string {
  if (allowedOrigins.includes('*')) return words.anyOrigin;
  const [first = '–', ...more] = allowedOrigins;
  return more.length === 0 ? first : terms.andMore(first, more.length);
}
