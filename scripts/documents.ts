import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { errors } from '../src/contract/errors.ts';
import { configurationReference } from './configuration-reference.ts';
import { consolePages } from './console-pages.ts';
import { metricsReference } from './metrics-reference.ts';

const arrows: { rooms: Record<string, string[]>; ports: Record<string, string[]>; browserSafe: string[] } =
  createRequire(import.meta.url)('./arrows.cjs');
const root = new URL('../', import.meta.url);

/** Every document generated from code, with its expected text. Paths from the root of the checkout. */
export function documents(): { path: string; text: string }[] {
  return [
    { path: 'docs/configuration.md', text: configurationReference() },
    { path: 'docs/metrics.md', text: metricsReference() },
    { path: 'docs/errors.md', text: errorsReference() },
    { path: 'docs/console.md', text: consoleTour() },
    { path: 'ARCHITECTURE.md', text: between(readDocument('ARCHITECTURE.md'), 'arrows', arrowsDiagram()) },
  ];
}

/** The current text of a document; null when it does not exist. */
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

An error response is \`application/problem+json\` (RFC 9457). Its \`code\` is one of these, and \`type\` links to this page.
\`detail\` describes the error, \`errors\` points to each invalid field, and \`requestId\` finds the request in the server's
log: internal errors always; with \`MILLRACE_LOG_LEVEL=debug\` also each API request and each rejected intake request.

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

The console is at \`/\` of a running server, in light and dark and down to a window of 320 px. It uses the public API only,
so a script can do the same.

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

${arrows.browserSafe.map((room) => `\`${room}\``).join(', ')} also run in a browser, so they don't use Node.`;
}

/** Replaces the text between `<!-- name -->` and `<!-- /name -->`. */
function between(text: string | null, name: string, inner: string): string {
  const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const start = text?.indexOf(open) ?? -1;
  const end = text?.indexOf(close) ?? -1;
  if (text === null || start === -1 || end === -1) throw new Error(`${open} … ${close} is missing.`);
  return `${text.slice(0, start + open.length)}\n${inner}\n${text.slice(end)}`;
}
