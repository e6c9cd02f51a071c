import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { configurationReference } from '../src/config/reference.ts';
import { errors } from '../src/contract/errors.ts';
import { metricsReference } from '../src/telemetry/reference.ts';
import { consolePages } from './console-pages.ts';

const arrows: { rooms: Record<string, string[]>; ports: Record<string, string[]>; browserSafe: string[] } =
  createRequire(import.meta.url)('./arrows.cjs');
const root = new URL('../', import.meta.url);

/** Every document that is made from code, with the text that it should have. Paths from the root of the checkout. */
export function documents(): { path: string; text: string }[] {
  return [
    { path: 'docs/configuration.md', text: configurationReference() },
    { path: 'docs/metrics.md', text: metricsReference() },
    { path: 'docs/errors.md', text: errorsReference() },
    { path: 'docs/console.md', text: consoleTour() },
    { path: 'ARCHITECTURE.md', text: between(readDocument('ARCHITECTURE.md'), 'arrows', arrowsDiagram()) },
  ];
}

/** The text of a document as it is, or null when it is not there. */
export function readDocument(path: string): string | null {
  try {
    return readFileSync(new URL(path, root), 'utf8');
  } catch {
    return null;
  }
}

function errorsReference(): string {
  const sections = Object.entries(errors).map(
    ([code, [status, title, cause, cure]]) => `## ${code}\n\n**${status} ${title}.** ${cause}\n\nCure: ${cure}\n`,
  );
  return `# Errors

<!-- Made from src/contract/errors.ts by npm run docs. -->

An error answers as \`application/problem+json\` (RFC 9457). Its \`code\` is one of these; \`type\` leads here. \`detail\` says
what is wrong this time, \`errors\` points to each wrong field, and \`requestId\` stands in the server's log too.

${sections.join('\n')}`;
}

function consoleTour(): string {
  const pages = consolePages.map(
    ({ name, title, sentence }) => `## ${title}

${sentence}

<picture>
  <source media="(prefers-color-scheme: dark)" srcset="images/${name}-dark.webp">
  <img src="images/${name}-light.webp" alt="${title}. ${sentence}">
</picture>
`,
  );
  return `# The console, page by page

<!-- Made from scripts/console-pages.ts by npm run docs; the pictures by npm run screenshots. -->

All of it stands at \`/\` of a running server, in light and dark and down to a window of 320 px. It talks to the public API
alone: whatever it can do, a script can do.

${pages.join('\n')}`;
}

function arrowsDiagram(): string {
  const lines = Object.entries(arrows.rooms).flatMap(([room, allowed]) =>
    allowed.filter((one) => one !== 'contract').map((one) => `  ${room} --> ${one}`),
  );
  const adapters = Object.entries(arrows.ports).map(
    ([port, allowed]) => `- \`${port}/\`: adapters may also import ${['telemetry', ...allowed].join(', ')}.`,
  );
  return `\`\`\`mermaid
flowchart LR
${lines.join('\n')}
\`\`\`

Everything may import \`contract\`. \`ports\` are the port files alone:

${adapters.join('\n')}

${arrows.browserSafe.map((room) => `\`${room}\``).join(', ')} run in a browser too: nothing of Node in them.`;
}

/** Replaces what stands between `<!-- name -->` and `<!-- /name -->`. */
function between(text: string | null, name: string, inner: string): string {
  const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const start = text?.indexOf(open) ?? -1;
  const end = text?.indexOf(close) ?? -1;
  if (text === null || start === -1 || end === -1) throw new Error(`${open} … ${close} is missing.`);
  return `${text.slice(0, start + open.length)}\n${inner}\n${text.slice(end)}`;
}
