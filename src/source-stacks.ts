import { readFileSync } from 'node:fs';

// Loaded first in each thread of the bundle (scripts/bundle.ts), so that the stacks of errors name the sources. A table is read
// with the first stack that has an unknown line, and not kept. The source maps of Node.js would be read at each start.

/** For each line of a file of the bundle: the number of its source in `sources`, and the line there. */
export type LineTable = { sources: string[]; lines: [source: number, line: number][] };

const here = new URL('./', import.meta.url).href;
const known = new Map<string, string>();

Error.prepareStackTrace = (error, frames) => {
  const tables = new Map<string, LineTable>();
  return [String(error), ...frames.map((frame) => withSource(String(frame), tables))].join('\n    at ');
};

function withSource(frame: string, tables: Map<string, LineTable>): string {
  const [, file, line] = /(file:\S+?):(\d+):\d+\)?$/.exec(frame) ?? [];
  if (file === undefined || !file.startsWith(here)) return frame;
  const location = `${file}:${line}`;
  const source = known.get(location) ?? sourceOf(file, Number(line), tables) ?? location;
  known.set(location, source);
  return frame.replace(/file:\S+?:\d+:\d+/, source);
}

function sourceOf(file: string, line: number, tables: Map<string, LineTable>): string | null {
  try {
    const table = tables.get(file) ?? tableOf(file);
    tables.set(file, table);
    const [source = -1, sourceLine] = table.lines[line - 1] ?? [];
    const path = table.sources[source];
    return path === undefined ? null : `${new URL(`../../${path}`, import.meta.url).href}:${sourceLine}`;
  } catch {
    return null;
  }
}

function tableOf(file: string): LineTable {
  const { gunzipSync } = process.getBuiltinModule('node:zlib');
  return JSON.parse(gunzipSync(readFileSync(new URL(`${file}.lines.gz`))).toString()); // by scripts/bundle.ts
}
