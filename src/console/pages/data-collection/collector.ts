import type { Answer, CallInput } from '../../../client/client.ts';
import { allQuery, apiQuery } from '../../data/api.ts';
import { dataCollection as words } from '../../messages/en/data-collection.ts';
import { shell } from '../../messages/en/shell.ts';
import { terms } from '../../messages/en/terms.ts';
import { documentKind } from '../../parts/document/document-kind.ts';
import { client } from '../../session/session.ts';

export type Collector = Answer<'getCollector'>;

export const collectorKind = documentKind<Collector, NonNullable<CallInput<'createCollector'>['body']>>({
  kind: 'collector',
  one: terms.collector,
  newTitle: words.create,
  nameOf: ({ name }) => name,
  crumbs: [{ label: shell.pages.dataCollection, to: '/data-collection' }],
  rights: 'collectors',
  created: words.details.created,
  all: () => allQuery('listCollectors'),
  query: (id) => apiQuery('getCollector', { params: { id } }),
  create: (body) => client().call('createCollector', { body }),
  replace: (id, body, over) => client().call('replaceCollector', { params: { id }, body, ...over }),
});

/** The sites whose pages may send, in a few words. */
export function originsInWords({ allowedOrigins }: Pick<Collector, 'allowedOrigins'>): string {
  if (allowedOrigins.includes('*')) return words.anyOrigin;
  const [first = '–', ...more] = allowedOrigins;
  return more.length === 0 ? first : words.originsMore(first, more.length);
}
