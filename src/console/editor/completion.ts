import type { Completion, CompletionContext, CompletionResult } from '@codemirror/autocomplete';
import { REFERENCE } from '../../template/check/reference.ts';
import { scan } from '../../template/parse/scanner.ts';
import { terms, editor as words } from '../messages/en.ts';
import { pathTo } from '../parts/payload/member-path.ts';
import { type Field, type KnownFields, memberOf } from './fields.ts';

/** The completions at a place: fields with type, share and example; members, filters, functions. */
export function completeTemplate(context: CompletionContext, known: KnownFields): CompletionResult | null {
  const text = context.state.doc.toString();
  const { pos } = context;
  const isInside = isInTag(text, pos);
  if (!isInside) return context.explicit ? asTags(pos, known) : null;
  const before = text.slice(Math.max(0, pos - 500), pos);
  const record = recordBefore(text, before);
  if (record !== null) return members(pos - record.typed.length, pos, known, record.isBracket);
  const member = /\bit\s*\.\s*(meta\s*\.\s*|events\s*\[\s*\w+\s*\]\s*\.\s*)?([\w$]*)$/.exec(before);
  if (member !== null) return ofIt(pos - (member[2] ?? '').length, member[1] ?? '');
  const filter = /[^|]\|\s*([a-z]\w*)?$/.exec(before);
  if (filter !== null) return { from: pos - (filter[1] ?? '').length, options: entries('filter'), validFor: word };
  const typed = /[\w$]*$/.exec(before)?.[0] ?? '';
  // After a dot comes a member of an unknown object.
  if (/[.\])]\s*$/.test(before.slice(0, before.length - typed.length)) || /^\d/.test(typed)) return null;
  const isFresh = /\{\{[*]?\s*$/.test(before);
  if (typed === '' && !isFresh && !context.explicit) return null;
  const fields = known.fields.map((field) => ({
    ...fieldOption(field),
    apply: pathTo(recordAt(text, pos), field.name, false),
  }));
  return { from: pos - typed.length, options: [...fields, ...entries('function'), itself], validFor: word };
}

const word = /^[\w$]*$/;
const itself: Completion = { label: 'it', type: 'variable', detail: 'data, events, meta', boost: -20 };

function isInTag(text: string, pos: number): boolean {
  const { pieces, error } = scan(text);
  if (error !== null && pos > error.offset + 1) return true;
  // A tag that is being typed before a quote swallows the quote: only its opening counts.
  if (error !== null && text.lastIndexOf('{{', pos - 1) > text.lastIndexOf('}}', pos - 1)) return true;
  return pieces.some(
    (piece) => piece.kind !== 'text' && piece.kind !== 'close' && pos >= piece.contentStart && pos <= piece.contentEnd,
  );
}

/** The names that loops and declarations give to records. */
function recordNames(text: string): string[] {
  const patterns = [
    /\{\{@each\s*\(\s*it\.data\s*\)\s*=>\s*\(?\s*([\w$]+)/g,
    /\b(?:const|let|var)\s+\[\s*([\w$]+)[^\]]*\]\s*=\s*it\.data\b/g,
    /\b(?:const|let|var)\s+([\w$]+)\s*=\s*it\.data\s*\[/g,
    /\bit\.data\.(?:map|filter|forEach|flatMap|some|every|find)\(\s*\(?\s*([\w$]+)/g,
    /\bfor\s*\(\s*(?:const|let|var)\s+([\w$]+)\s+of\s+it\.data\b/g,
  ];
  return patterns.flatMap((pattern) => Array.from(text.matchAll(pattern), (match) => match[1] ?? ''));
}

/** The record whose member is being typed, and the part of the member that is typed, from its dot or bracket on. */
function recordBefore(text: string, before: string): { typed: string; isBracket: boolean } | null {
  const names = recordNames(text).map((name) => name.replaceAll('$', '\\$'));
  const record = ['it\\.data\\[\\w+\\]', 'it\\.events\\[\\w+\\]\\.data', ...names.map((name) => `\\b${name}`)].join(
    '|',
  );
  const match = new RegExp(`(?:${record})(\\??\\.[\\w$.]*|(?:\\?\\.)?\\[\\s*["'\`]?[^"'\`\\]\\s]*)$`).exec(before);
  const typed = match?.[1];
  return typed === undefined ? null : { typed, isBracket: typed.includes('[') };
}

function members(from: number, to: number, { fields }: KnownFields, isBracket: boolean): CompletionResult {
  return {
    from,
    to,
    filter: true,
    // The dot or bracket is typed already and is replaced with the name, so that a name with dots gets its brackets.
    options: fields.map((field) => ({
      ...fieldOption(field),
      label: isBracket ? `["${field.name}"]` : `.${field.name}`,
      displayLabel: field.name,
      apply(view, _completion, start, end) {
        const closing = isBracket ? (/^["'`]?\]/.exec(view.state.sliceDoc(end, end + 2))?.[0].length ?? 0) : 0;
        const insert = memberOf(field.name, view.state.sliceDoc(start, start + 2) === '?.');
        view.dispatch({
          changes: { from: start, to: end + closing, insert },
          selection: { anchor: start + insert.length },
          userEvent: 'input.complete',
        });
      },
    })),
    validFor: isBracket ? /^(?:\?\.)?\[\s*["'`]?[^"'`\]\s]*$/ : /^\??\.[\w$.]*$/,
  };
}

const membersOf = {
  it: ['data', 'events', 'meta'],
  meta: ['deliveryId', 'idempotencyKey', 'action', 'destination', 'time'],
  events: [
    'data',
    'id',
    'name',
    'visitorId',
    'anonymousId',
    'sessionId',
    'occurredAt',
    'receivedAt',
    'ext',
    'session',
    'source',
  ],
} as const;

function ofIt(from: number, path: string): CompletionResult {
  const names = membersOf[path.startsWith('meta') ? 'meta' : path.startsWith('events') ? 'events' : 'it'];
  const options = names.map((name) => ({ label: name, type: 'property', detail: words.members[name] }));
  return { from, options, validFor: word };
}

/** Outside of tags, on request: the fields as whole tags. */
function asTags(from: number, { fields }: KnownFields): CompletionResult {
  return {
    from,
    options: fields.map((field) => ({
      ...fieldOption(field),
      apply: `{{ ${pathTo('it.data[0]', field.name, false)} }}`,
    })),
  };
}

function fieldOption({ name, type, share, example, description = '' }: Field): Completion {
  const info = [description, example === null ? '' : terms.example(example)].filter((line) => line !== '').join('\n');
  return {
    label: name,
    type: 'property',
    detail: [type, ...(share === null ? [] : [words.seen(share)])].join(' · '),
    ...(info === '' ? {} : { info }),
    boost: share === null ? 0 : share * 10,
  };
}

function entries(kind: 'filter' | 'function'): Completion[] {
  return REFERENCE.filter((one) => one.kind === kind).map(({ name, signature, summary }) => ({
    label: name,
    type: 'function',
    detail: signature,
    info: summary,
    boost: -10,
  }));
}

/** The name of the record at a place: that of the loop around it, else the first of the batch. */
export function recordAt(text: string, pos: number): string {
  const before = text.slice(0, pos);
  const loop = [...before.matchAll(/\{\{@each\s*\(\s*it\.data\s*\)\s*=>\s*\(?\s*([\w$]+)/g)].at(-1);
  return loop === undefined || before.indexOf('{{/each', loop.index) >= 0 ? 'it.data[0]' : (loop[1] ?? 'it.data[0]');
}
