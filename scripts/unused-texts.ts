import { globSync } from 'node:fs';
import { resolve } from 'node:path';
import ts from 'typescript';

/** Its files, and the one through which all others import it. */
const catalogue = '/console/messages/en';

/** The sources of the console, without tests. */
export function consoleSources(): string[] {
  return globSync('src/console/**/*.{ts,tsx}').filter((path) => !/\.(?:test|testing)\.tsx?$/.test(path));
}

/**
 * Entries of the catalogue that no source reads, such as `actions.editor.save`. Maps with a type of their own (all words of
 * a union of the contract) are left to the type check. An object that is passed on as a whole counts as read.
 */
export function unusedTexts(paths: readonly string[]): string[] {
  const program = programOf(paths);
  const checker = program.getTypeChecker();
  const sources = program.getSourceFiles().filter(({ isDeclarationFile }) => !isDeclarationFile);
  const entries = new Map<ts.Node, string>();
  const read = new Set<ts.Node>();

  function readSymbol(symbol: ts.Symbol | undefined) {
    for (const declaration of symbol?.declarations ?? []) read.add(declaration);
  }

  function readWhole(type: ts.Type) {
    for (const one of type.isUnion() ? type.types : [type]) {
      const literal = one.symbol?.declarations?.[0];
      if (literal === undefined || !ts.isObjectLiteralExpression(literal) || !isOfCatalogue(literal)) continue;
      for (const property of literal.properties) {
        read.add(property);
        if (ts.isPropertyAssignment(property)) readWhole(checker.getTypeAtLocation(property.initializer));
      }
    }
  }

  function readByKey({ expression, argumentExpression }: ts.ElementAccessExpression) {
    const type = checker.getTypeAtLocation(expression);
    const key = checker.getTypeAtLocation(argumentExpression);
    const keys = key.isUnion() ? key.types : [key];
    if (keys.every((one) => one.isStringLiteral())) for (const { value } of keys) readSymbol(type.getProperty(value));
    else readWhole(type);
  }

  function readNames(pattern: ts.ObjectBindingPattern) {
    const type = checker.getTypeAtLocation(pattern);
    for (const { dotDotDotToken, propertyName, name } of pattern.elements)
      if (dotDotDotToken === undefined) readSymbol(type.getProperty((propertyName ?? name).getText()));
      else readWhole(type);
  }

  /** Visits a source in which `names` are objects of the catalogue. */
  function visit(node: ts.Node, names: Set<string>) {
    if (ts.isImportDeclaration(node)) for (const name of namesOf(node)) names.add(name);
    if (ts.isImportDeclaration(node) || ts.isTypeNode(node)) return;
    if (ts.isVariableDeclaration(node) && node.initializer !== undefined && names.has(rootOf(node.initializer))) {
      if (ts.isObjectBindingPattern(node.name)) readNames(node.name);
      for (const name of ts.isIdentifier(node.name) ? [node.name] : node.name.elements) names.add(name.getText());
    }
    if (isAccess(node) && names.has(rootOf(node))) {
      if (ts.isPropertyAccessExpression(node)) readSymbol(checker.getSymbolAtLocation(node.name));
      if (ts.isElementAccessExpression(node)) readByKey(node);
      if (isPassedOn(node)) readWhole(checker.getTypeAtLocation(node));
    }
    ts.forEachChild(node, (child) => visit(child, names));
  }

  for (const source of sources) {
    const own = source.fileName.includes(catalogue) ? entriesOf(source) : [];
    for (const [node, name] of own) entries.set(node, name);
    visit(source, new Set(own.map(([, name]) => name.split('.')[0] ?? '')));
  }
  return [...entries].flatMap(([node, name]) => (read.has(node) ? [] : [name]));
}

/** The named sources alone: libraries have the type `any`, which the texts do not need and which takes a third of the time. */
function programOf(paths: readonly string[]): ts.Program {
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2024,
    module: ts.ModuleKind.NodeNext,
    jsx: ts.JsxEmit.ReactJSX,
    strict: true,
    types: [],
    lib: ['lib.es2024.d.ts'],
  };
  const host = ts.createCompilerHost(options);
  host.resolveModuleNameLiterals = (literals, from) =>
    literals.map(({ text }) => {
      if (!/^\..*\.tsx?$/.test(text)) return { resolvedModule: undefined };
      const extension = text.endsWith('x') ? ts.Extension.Tsx : ts.Extension.Ts;
      return { resolvedModule: { resolvedFileName: resolve(from, '..', text), extension } };
    });
  return ts.createProgram(
    paths.map((path) => resolve(path)),
    options,
    host,
  );
}

function entriesOf(source: ts.SourceFile): [ts.Node, string][] {
  const found: [ts.Node, string][] = [];
  function add(node: ts.Expression, path: string) {
    if ((ts.isAsExpression(node) && node.type.getText() === 'const') || ts.isSatisfiesExpression(node))
      return add(node.expression, path);
    if (!ts.isObjectLiteralExpression(node)) return;
    for (const property of node.properties) {
      const name = `${path}.${property.name?.getText() ?? ''}`;
      if (!ts.isSpreadAssignment(property)) found.push([property, name]);
      if (ts.isPropertyAssignment(property)) add(property.initializer, name);
    }
  }
  for (const statement of source.statements)
    if (ts.isVariableStatement(statement))
      for (const { name, type, initializer } of statement.declarationList.declarations)
        if (initializer !== undefined && type === undefined) add(initializer, name.getText());
  return found;
}

function isOfCatalogue(node: ts.Node): boolean {
  return node.getSourceFile().fileName.includes(catalogue);
}

/** The names that an import of the catalogue makes. */
function namesOf(declaration: ts.ImportDeclaration): string[] {
  const { moduleSpecifier, importClause } = declaration;
  const bindings = importClause?.namedBindings;
  const from = ts.isStringLiteral(moduleSpecifier) ? moduleSpecifier.text : '';
  const isHere = resolve(declaration.getSourceFile().fileName, '..', from).includes(catalogue);
  return isHere && bindings !== undefined && ts.isNamedImports(bindings)
    ? bindings.elements.map(({ name }) => name.text)
    : [];
}

/** The name that an access begins with: `words` of `words.columns[name]`. */
function rootOf(node: ts.Expression): string {
  if (ts.isIdentifier(node)) return node.text;
  return ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node) ? rootOf(node.expression) : '';
}

function isAccess(node: ts.Node): node is ts.Expression {
  return ts.isIdentifier(node) || ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node);
}

/** Whether an expression is used as a value: not the beginning of an access, and no other name for it. */
function isPassedOn(node: ts.Expression): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent) || ts.isVariableDeclaration(parent)) return false;
  if (ts.isElementAccessExpression(parent)) return parent.argumentExpression === node;
  if (isOfCatalogue(node)) return ts.isSpreadAssignment(parent) || ts.isCallExpression(parent);
  if (ts.isBindingElement(parent)) return parent.initializer === node;
  if (ts.isPropertyAssignment(parent)) return parent.initializer === node;
  if (ts.isConditionalExpression(parent)) return parent.condition !== node && isPassedOn(parent);
  return !ts.isParameter(parent) && !ts.isJsxAttribute(parent) && !ts.isImportSpecifier(parent);
}
