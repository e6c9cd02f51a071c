import { checkTemplate } from '../../template/check/check.ts';
import { type FieldRead, fieldReads } from '../../template/check/field-reads.ts';
import type { Escape } from '../../template/compile/escape.ts';
import { locator } from '../../template/parse/position.ts';
import { editor as words } from '../messages/en.ts';
import { type KnownFields, memberOf, nearestName } from './fields.ts';

/** A problem at a place of the template. A template with errors can't be saved. */
export type TemplateFinding = {
  severity: 'error' | 'warning';
  message: string;
  line: number;
  column: number;
  from: number;
  to: number;
  /** A change that corrects it. */
  fix?: { label: string; from: number; to: number; insert: string };
};

/** All findings of a template: compile errors, probable mistakes, and unknown fields. */
export function findingsOf(
  text: string,
  options: { contentType: string; escape: 'auto' | Escape; known: KnownFields },
): TemplateFinding[] {
  const locate = locator(text);
  const starts = lineStarts(text);
  const problems = checkTemplate(text, options).map(({ line, column, message, severity }): TemplateFinding => {
    const from = Math.min((starts[line - 1] ?? 0) + column - 1, text.length);
    return { severity, message, line, column, from, to: from + extentAt(text, from) };
  });
  const fields = fieldReads(text).flatMap((read) => {
    const about = fieldFinding(text, read, options.known);
    return about === null ? [] : [{ severity: 'warning' as const, ...locate(about.from), ...about }];
  });
  return [...problems, ...fields].sort((a, b) => a.from - b.from);
}

type About = Pick<TemplateFinding, 'message' | 'from' | 'to' | 'fix'>;

function fieldFinding(text: string, read: FieldRead, { fields, basis }: KnownFields): About | null {
  const [first = ''] = read.names;
  const known = new Set(fields.map(({ name }) => name));
  if (known.size === 0 || known.has(first)) return null;
  const { from } = read;
  // A whole event has all its parameters, whatever the mapping is.
  if (basis.kind === 'mapping' && /\bevents\[\w+\]\.data\s*$/.test(text.slice(0, from))) return null;
  const isBehindRecord = from < read.start;
  const isOptional = text.startsWith('?.', from);
  const path = (name: string) => memberOf(name, isOptional);
  // The names joined by dots, longest first, as far as the text has them without blanks between.
  for (let count = read.names.length; count > 1; count--) {
    const joined = read.names.slice(0, count).join('.');
    const to = from + `${isOptional ? '?.' : '.'}${joined}`.length;
    if (!text.slice(from, to).endsWith(joined)) continue;
    const meant = known.has(joined)
      ? joined
      : nearestName(
          joined,
          [...known].filter((name) => name.includes('.')),
        );
    if (meant === null) continue;
    const fix = { label: words.use(path(meant)), from, to, insert: path(meant) };
    return {
      message: known.has(joined) ? words.dotted(joined, path(joined)) : notSeen(joined, meant, read.key, basis),
      from: read.start,
      to,
      fix,
    };
  }
  const to = firstEnd(text, read);
  const meant = nearestName(first, known);
  const message = notSeen(first, meant, read.key, basis);
  if (meant === null || !isBehindRecord) return { message, from: read.start, to };
  return { message, from: read.start, to, fix: { label: words.use(meant), from, to, insert: path(meant) } };
}

function notSeen(name: string, meant: string | null, key: string | null, basis: KnownFields['basis']): string {
  const what =
    basis.kind === 'ever'
      ? words.neverSeen(name)
      : basis.kind === 'mapping'
        ? words.notMapped(name, basis.action)
        : words.notSeen(name, basis.count);
  const question = meant === null ? '' : ` ${words.didYouMean(meant)}`;
  return `${what}${question}${key === null ? '' : ` ${words.dropped(key)}`}`;
}

/** Where the first member ends: behind its name, or behind its closing bracket. */
function firstEnd(text: string, { from, start, end }: FieldRead): number {
  if (/^(?:\?\.)?\s*\[/.test(text.slice(from, start))) {
    const close = text.indexOf(']', start);
    return close < 0 || close >= end ? end : close + 1;
  }
  return start + (/^[\w$]+/.exec(text.slice(start, end))?.[0].length ?? end - start);
}

/** How many characters to underline at a place: a word, or one. */
function extentAt(text: string, from: number): number {
  return /^(?:[\w$]+|\{\{[-_]?\s*[!*@#/]?\s*\w*|.)/.exec(text.slice(from, from + 80))?.[0].length ?? 0;
}

function lineStarts(text: string): number[] {
  return [0, ...Array.from(text.matchAll(/\r\n|\n|\r/g), (match) => match.index + match[0].length)];
}
