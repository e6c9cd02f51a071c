import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import ts from 'typescript';
import { consoleSources } from '../../scripts/unused-texts.ts';

/** Attributes and properties that people read or that are read out to them. */
const readable =
  /^(aria-label|aria-description|title|label|placeholder|description|alt|text|lead|header|verb|hint|error|emptyByFilter)$/;
/** What is no language: names of things that are the same everywhere, code, and single keys. */
const isNeutral = (text: string) =>
  !/\p{L}{2}/u.test(text) ||
  /^([{[/].*|curl https.*|((Ctrl|Esc|Enter|Shift|⌘|F8)( [A-Z])?)|millrace apply FILE|env:NAME)$/.test(text.trim());

/** Texts in a component instead of the catalogue, as `file:line text`. */
function textsIn(path: string, source: string): string[] {
  const file = ts.createSourceFile(path, source, ts.ScriptTarget.Latest, true, ts.ScriptKind.TSX);
  const found: string[] = [];
  function report(node: ts.Node, text: string) {
    if (isNeutral(text)) return;
    const { line } = file.getLineAndCharacterOfPosition(node.getStart());
    found.push(`${path}:${line + 1} ${text.trim()}`);
  }
  function literalsIn(node: ts.Node | undefined) {
    if (node === undefined) return;
    if (ts.isStringLiteralLike(node)) report(node, node.text);
    else if (ts.isTemplateExpression(node))
      report(node, [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)].join(''));
    else if (ts.isConditionalExpression(node)) {
      literalsIn(node.whenTrue);
      literalsIn(node.whenFalse);
    } else if (ts.isJsxExpression(node)) literalsIn(node.expression);
  }
  function visit(node: ts.Node) {
    if (ts.isJsxText(node)) report(node, node.text);
    else if (ts.isJsxExpression(node) && !ts.isJsxAttribute(node.parent)) literalsIn(node);
    else if (ts.isJsxAttribute(node) && readable.test(node.name.getText())) literalsIn(node.initializer);
    node.forEachChild(visit);
  }
  visit(file);
  return found;
}

test('every text of the console is in the catalogue', () => {
  const paths = consoleSources().filter((path) => path.endsWith('x'));
  assert.ok(paths.length > 50);
  assert.deepEqual(
    paths.flatMap((path) => textsIn(path, readFileSync(path, 'utf8'))),
    [],
  );
});

test('a text outside the catalogue is found, wherever a person would read it', () => {
  const planted = `const a = <p title="Read me">Plain words {wide ? 'Yes please' : words.no} {\`Hello \${name}\`}</p>;`;
  assert.deepEqual(textsIn('planted.tsx', planted), [
    'planted.tsx:1 Read me',
    'planted.tsx:1 Plain words',
    'planted.tsx:1 Yes please',
    'planted.tsx:1 Hello',
  ]);
});
