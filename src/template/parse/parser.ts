import { addBranch, type Block, closeBlock, openBlock } from './blocks.ts';
import { parseInsertion } from './insertion.ts';
import type { Code } from './javascript.ts';
import { type Locate, TemplateError } from './position.ts';
import { isValue, type Piece, scan } from './scanner.ts';
import type { Context, Finding, TemplateNode } from './tag-script.ts';

/** Maximum depth of nested blocks: well within the stack of the sandbox's parser. */
const blockDepthMax = 50;

/** Parses a template, continuing after a mistake so that all of them are found (the first 50 are kept). */
export function parseTemplate(text: string, locate: Locate): { nodes: TemplateNode[]; findings: Finding[] } {
  const { pieces, error } = scan(text);
  const findings: Finding[] = [];
  const root: TemplateNode[] = [];
  const blocks: Block[] = [];
  const context: Context = {
    text,
    locate,
    report(offset, message, severity = 'error') {
      if (findings.length < findingsMax) findings.push({ offset, message, severity });
    },
  };
  const add = (node: TemplateNode | null) => {
    if (node !== null) (blocks.at(-1)?.body ?? root).push(node);
  };

  pieces.forEach((piece, index) => {
    if (piece.kind === 'text') {
      const value = trimText(text.slice(piece.start, piece.end), pieces[index - 1], pieces[index + 1]);
      if (value !== '') add({ kind: 'text', value });
      return;
    }
    try {
      if (piece.kind === 'open') {
        const block = openBlock(piece, context);
        if (block === null) return;
        if (blocks.length === blockDepthMax) throw new TemplateError('Blocks are nested too deeply here', piece.start);
        add(block.node);
        blocks.push(block);
      } else if (piece.kind === 'branch') addBranch(piece, blocks.at(-1), context);
      else if (piece.kind === 'close') closeBlock(piece, blocks, context);
      else add(parseInsertion(piece, context));
    } catch (caught) {
      if (!(caught instanceof TemplateError)) throw caught;
      context.report(caught.offset, caught.message);
    }
  });

  if (error !== null) context.report(error.offset, error.message);
  // After an unclosed tag it is unknown which blocks would have been closed.
  else
    for (const { name, start } of blocks) {
      const { line } = locate(start);
      context.report(start, `\`{{@${name}}}\` from line ${line} is still open: write \`{{/${name}}}\` at its end`);
    }
  return { nodes: root, findings };
}

/** Calls `visit` for every node of a template, including nodes inside of blocks, in the order of the text. */
export function visitNodes(nodes: TemplateNode[], visit: (node: TemplateNode) => void): void {
  for (const node of nodes) {
    visit(node);
    if (node.kind === 'if') for (const branch of node.branches) visitNodes(branch.body, visit);
    if (node.kind === 'each' || node.kind === 'foreach') visitNodes(node.body, visit);
  }
}

/** Calls `visit` for every piece of JavaScript of a template. */
export function visitCode(nodes: TemplateNode[], visit: (code: Code) => void): void {
  visitNodes(nodes, (node) => {
    for (const code of codesOf(node)) if (code !== null) visit(code);
  });
}

function codesOf(node: TemplateNode): (Code | null)[] {
  if (node.kind === 'text') return [];
  if (node.kind === 'statements') return [node.code];
  if (node.kind === 'value') return [node.code, ...node.filters.map(({ args }) => args)];
  if (node.kind === 'if') return node.branches.map(({ condition }) => condition);
  return [node.list, node.parameters];
}

const findingsMax = 50;

/**
 * The text between two tags, without the white space that they remove. A line that has only code leaves no line: the
 * newline after `{{! }}` and the tags of blocks is removed. The one after a value stays. Like Squirrelly: `\r` of a
 * `\r\n` counts as the one newline after a tag, and every remaining line end becomes `\n`.
 */
function trimText(raw: string, before: Piece | undefined, after: Piece | undefined): string {
  const left = before === undefined || before.kind === 'text' ? undefined : before;
  const right = after?.kind === 'text' ? undefined : after?.trimBefore;
  let value = raw;
  if (left?.trimAfter === '_') value = value.trimStart();
  else if (left?.trimAfter === '-' || (left !== undefined && !isValue(left))) value = value.replace(/^(?:\n|\r)/, '');
  if (right === '_') value = value.trimEnd();
  else if (right === '-') value = value.replace(/(?:\r\n|\n|\r)$/, '');
  return value.replace(/\r\n?/g, '\n');
}
