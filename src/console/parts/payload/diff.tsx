import { Button, Text, VisuallyHidden } from '@mantine/core';
import { type ReactNode, useMemo, useState } from 'react';
import { changes, formatAbsolute } from '../../messages/en.ts';
import css from './diff.module.css';
import { type DiffBlock, lineDiff } from './line-diff.ts';

const w = changes.diff;

type Props = {
  /** Texts, or values that are compared as lines; null is nothing at all. JSON is laid out before it is compared. */
  before: unknown;
  after: unknown;
  /** What the two sides are called. */
  labels?: { before: string; after: string };
};

/** Equal lines that stay visible around a change. */
const context = 3;

/** What differs between two texts or documents: side by side where there is room, else one below the other. */
export function Diff({ before, after, labels = w }: Props): ReactNode {
  const blocks = useMemo(() => lineDiff(diffText(before), diffText(after)), [before, after]);
  const changed = blocks.flatMap((block) => (block.kind === 'changed' ? [block] : []));
  if (changed.length === 0) return <Text c="dimmed">{w.same}</Text>;
  const removed = changed.reduce((sum, block) => sum + block.removed.length, 0);
  const added = changed.reduce((sum, block) => sum + block.added.length, 0);
  return (
    <div className={css['outer']}>
      {/* Long lines wrap; a long difference scrolls in its own frame, by keyboard too. */}
      <section className={css['frame']} aria-label={w.count(removed, added)} tabIndex={0}>
        <div className={css['row']} data-head>
          <span data-kind="removed">
            <b>{signs.removed}</b> {labels.before}
          </span>
          <span data-kind="added">
            <b>{signs.added}</b> {labels.after}
          </span>
        </div>
        {blocks.map((block, index) =>
          block.kind === 'changed' ? (
            <div key={`${block.before}-${block.after}`} className={css['row']}>
              <Side kind="removed" lines={block.removed} from={block.before} />
              <Side kind="added" lines={block.added} from={block.after} />
            </div>
          ) : (
            <Same
              key={`${block.before}-${block.after}`}
              block={block}
              keepStart={index === 0 ? 0 : context}
              keepEnd={index === blocks.length - 1 ? 0 : context}
            />
          ),
        )}
      </section>
    </div>
  );
}

/** What is compared of a value: a text as it is (JSON laid out), anything else as lines, secrets as the time they were set. */
function diffText(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value !== 'string') return outline(readable(value)).replace(/^\n/, '');
  if (!/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.stringify(JSON.parse(value), null, 2);
  } catch {
    return value; // it only begins like JSON
  }
}

/** A value as indented lines, for reading. */
function outline(value: unknown, depth = 0): string {
  const pad = '  '.repeat(depth);
  if (typeof value === 'string') {
    if (value.includes('\n')) return `|\n${value.replace(/^(?=.)/gm, pad)}`;
    return /^[A-Za-z/][\w ./@-]*$/.test(value) && !/^(true|false|null)$/.test(value) ? value : JSON.stringify(value);
  }
  if (typeof value !== 'object' || value === null) return String(value);
  const isList = Array.isArray(value);
  const entries = Object.entries(value);
  if (entries.length === 0 || (isList && value.every((one) => typeof one !== 'object'))) return JSON.stringify(value);
  return entries
    .map(([name, inner]) => {
      const text = outline(inner, depth + 1);
      if (isList) return `\n${pad}- ${text.trimStart()}`;
      return `\n${pad}${name}:${text.startsWith('\n') ? '' : ' '}${text}`;
    })
    .join('');
}

function readable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(readable);
  if (typeof value !== 'object' || value === null) return value;
  if ('set' in value && 'updatedAt' in value) {
    const when = formatAbsolute(new Date(String(value.updatedAt))).local;
    return 'ref' in value ? w.secretKept(String(value.ref), when) : w.secretSet(when);
  }
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, readable(inner)]));
}

function Side({ kind, lines, from }: { kind: 'removed' | 'added'; lines: readonly string[]; from: number }) {
  return (
    <div data-kind={kind} data-empty={lines.length === 0}>
      {numbered(lines, from).map(({ number, text }) => (
        <Line key={number} number={number} text={text} kind={kind} />
      ))}
    </div>
  );
}

function Same(given: { block: Extract<DiffBlock, { kind: 'same' }>; keepStart: number; keepEnd: number }): ReactNode {
  const { block, keepStart, keepEnd } = given;
  const { lines } = block;
  const folded = lines.length - keepStart - keepEnd;
  // A single line takes no more room than the button that would replace it.
  const [isOpen, open] = useState(folded < 2);
  const rows = (from: number, to: number) =>
    numbered(lines.slice(from, to), from).map(({ number, text }) => (
      <div key={number} className={css['row']}>
        <Line number={block.before + number} text={text} kind="same" />
        <div className={css['twin']} aria-hidden="true">
          <Line number={block.after + number} text={text} kind="same" />
        </div>
      </div>
    ));
  if (isOpen) return rows(0, lines.length);
  return (
    <>
      {rows(0, keepStart)}
      <Button fullWidth justify="start" size="compact-sm" radius={0} variant="light" onClick={() => open(true)}>
        {w.unfold(folded)}
      </Button>
      {rows(lines.length - keepEnd, lines.length)}
    </>
  );
}

const numbered = (lines: readonly string[], from: number) =>
  lines.map((text, index) => ({ number: from + index, text }));

const signs = { removed: '−', added: '+', same: '' };

function Line({ number, text, kind }: { number: number; text: string; kind: keyof typeof signs }): ReactNode {
  return (
    <div className={css['line']} data-kind={kind}>
      <Text span inherit c="dimmed" ta="end" aria-hidden="true">
        {number}
      </Text>
      <b aria-hidden="true">{signs[kind]}</b>
      <span>
        {kind === 'same' ? null : <VisuallyHidden>{`${w[kind]}: `}</VisuallyHidden>}
        {text === '' ? ' ' : text}
      </span>
    </div>
  );
}
