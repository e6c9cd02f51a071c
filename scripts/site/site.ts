import { globSync, readFileSync } from 'node:fs';
import { rolldown } from 'rolldown';
import { docs, shell } from '../../src/console/messages/en.ts';
import { openApi } from '../../src/contract/openapi/openapi.ts';
import { templateRenderer } from '../../src/render-template.ts';
import { version } from '../../src/version.ts';
import { escaped } from '../docs-plugin.ts';
import { laidOut } from './layout.ts';
import { groupsOf, root, type SitePage, sitePages } from './pages.ts';
import { referenceHtml } from './reference.ts';
import { sectionsOf } from './sections.ts';

/** The documentation as a static site: contents by path. It needs no server: links are relative. */
export async function docsSite(): Promise<Map<string, string | Buffer>> {
  const pages = sitePages();
  const description = openApi({ version, url: null });
  await using renderer = await templateRenderer();
  const bodies: { name: string; title: string; main: string }[] = [
    { name: 'api', title: shell.search.docs.api, main: referenceHtml(description) },
  ];
  for (const { name, title, parts } of pages) {
    const html: string[] = [];
    for (const part of parts) html.push(part.kind === 'html' ? part.html : await exampleHtml(part, renderer));
    bodies.push({ name, title, main: html.join('\n') });
  }
  const titles = new Map(bodies.map(({ name, title }) => [name, title]));
  const groups = groupsOf(pages);
  const files = new Map<string, string | Buffer>();
  for (const body of bodies) files.set(`${body.name}.html`, laidOut(body, groups, titles));
  const sections = bodies.flatMap(sectionsOf);
  files.set('search-index.js', `window.millraceSections = ${JSON.stringify(sections)};\n`);
  files.set('search.js', await searchScript());
  files.set('openapi.json', `${JSON.stringify(description, null, 2)}\n`);
  files.set('site.css', readFileSync(new URL('site.css', import.meta.url), 'utf8'));
  for (const path of globSync('docs/images/*.webp', { cwd: root }))
    files.set(path.slice('docs/'.length), readFileSync(`${root}${path}`));
  return files;
}

type Example = Extract<SitePage['parts'][number], { kind: 'example' }>;

/** A template with its data and what it renders. */
async function exampleHtml(
  { template, data, contentType }: Example,
  { render }: Awaited<ReturnType<typeof templateRenderer>>,
): Promise<string> {
  const records = data as Record<string, unknown>[]; // the data of an example are records
  const result = await render({ template, data: records, contentType, escape: 'auto' });
  if (result.kind === 'failed') throw new Error(`the example ${template} failed: ${result.reason}`);
  const shown = result.kind === 'body' ? result.body : docs.skipped(result.reason);
  const block = (title: string, text: string) =>
    `<figure><figcaption>${title}</figcaption><pre tabindex="0"><code>${escaped(text)}</code></pre></figure>`;
  return `<div class="example">
${block('Template', template)}
${block(docs.data, JSON.stringify(data, null, 2))}
${block(`Result, ${contentType}`, shown)}
</div>`;
}

async function searchScript(): Promise<string> {
  await using build = await rolldown({ input: `${root}scripts/site/browser.ts`, platform: 'browser' });
  const { output } = await build.generate({ format: 'iife', minify: true });
  return output[0].code;
}
