import { shell, docs as words } from '../../messages/en.ts';
import type { Doc } from './doc.ts';
import { docName } from './doc-name.ts';

type Head = Pick<Doc, 'title' | 'lead'>;

// Both calls are read by the build, which takes no variable.
const heads = import.meta.glob<Head>(
  ['../../../../docs/{*,sources/*}.md', '!../../../../docs/console.md', '../../../../CHANGELOG.md'],
  { query: '?lead', import: 'default', eager: true },
);
const bodies = import.meta.glob<Doc>(
  ['../../../../docs/{*,sources/*}.md', '!../../../../docs/console.md', '../../../../CHANGELOG.md'],
  { query: '?doc', import: 'default' },
);

/** What comes first; the other documents follow by title. */
const first = ['templates', 'recipes', 'shortcuts', 'api', 'errors', 'actions'];
/** Pages of the docs that are no documents. */
const others: Readonly<Record<string, Head>> = {
  shortcuts: { title: shell.search.docs.shortcuts, lead: words.shortcuts },
  api: { title: shell.search.docs.api, lead: words.api.lead },
};

const nameOf = (path: string) => docName(path.replace(/^(?:\.\.\/)*/, ''));
const all: Readonly<Record<string, Head>> = {
  ...others,
  ...Object.fromEntries(Object.entries(heads).map(([path, head]) => [nameOf(path), head])),
};

/** The pages of the docs, in their order. */
export const docsPages: readonly ({ name: string } & Head)[] = Object.entries(all)
  .map(([name, head]) => ({ name, ...head }))
  .sort((a, b) => rank(a.name) - rank(b.name) || a.title.localeCompare(b.title));

function rank(name: string): number {
  const at = first.indexOf(name);
  return at < 0 ? first.length : at;
}

/** Loads a document; null: there is none of this name. */
export async function loadDoc(name: string): Promise<Doc | null> {
  const load = Object.entries(bodies).find(([path]) => nameOf(path) === name)?.[1];
  return load === undefined ? null : load();
}
