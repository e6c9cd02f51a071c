import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { brokenLinks } from './site/links.ts';
import { root } from './site/pages.ts';
import { docsSite } from './site/site.ts';

// Builds the documentation into dist/docs-site, a folder for any static web server. Fails at a link that leads nowhere.

const target = join(root, 'dist/docs-site');
const made = `${target}-${process.pid}`;
const files = await docsSite();
const broken = brokenLinks(files);
if (broken.length > 0) {
  console.error(`Links that lead nowhere:\n${broken.join('\n')}`);
  process.exit(1);
}
for (const [path, content] of files) {
  mkdirSync(dirname(join(made, path)), { recursive: true });
  writeFileSync(join(made, path), content);
}
rmSync(target, { recursive: true, force: true });
renameSync(made, target);
const pages = [...files.keys()].filter((path) => path.endsWith('.html')).length;
console.log(`dist/docs-site: ${pages} pages with every link checked; open index.html`);
