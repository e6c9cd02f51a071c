import type { Node } from 'acorn';
import type { Code } from '../parse/javascript.ts';
import type { Locate } from '../parse/position.ts';
import type { TemplateNode } from '../parse/tag-script.ts';
import { type Emitted, emitter } from './emitter.ts';

/**
 * Writes a parsed template as a function expression of `it`. `names` are declared at its top. Values go through `$$e`
 * (escape) or `$$r` (raw), filters are `$$f.<name>`, and `$$end` gets the finished text.
 */
export function emitTemplate(text: string, nodes: TemplateNode[], names: string[], locate: Locate): Emitted {
  const out = emitter();
  let loops = 0;
  let tags = 0;
  // The running code records the current tag, since engines do not report the place of every error.
  const tag = (): string => {
    out.tag(tags);
    return `$$n=${tags++}`;
  };
  const source = (code: { start: number; end: number }) =>
    out.verbatim(text.slice(code.start, code.end), locate(code.start));

  const emitAll = (list: TemplateNode[]): void => list.forEach(emitNode);
  const emitNode = (node: TemplateNode): void => {
    if (node.kind === 'text') out.generated(`$$o+=${JSON.stringify(node.value)};`);
    else if (node.kind === 'statements') {
      out.generated(`${tag()};`);
      source(node.code);
      out.generated('\n;');
    } else if (node.kind === 'value') {
      out.generated(`${tag()};`);
      out.generated(`$$o+=${node.isRaw ? '$$r(' : '$$e('}`, locate(node.code.base + node.code.node.start));
      for (const { name, start } of node.filters.toReversed()) {
        out.generated(`$$f.${name}(`, locate(start));
      }
      emitExpression(node.code);
      for (const { args } of node.filters) {
        if (args !== null) {
          out.generated(',');
          source(args);
          out.generated('\n');
        }
        out.generated(')');
      }
      out.generated(');');
    } else if (node.kind === 'if') {
      node.branches.forEach(({ condition, body }, index) => {
        out.generated(index === 0 ? 'if' : '}else');
        if (condition !== null) {
          out.generated(`${index === 0 ? '' : ' if'}(${tag()},`);
          emitExpression(condition);
          out.generated(')');
        }
        out.generated('{');
        emitAll(body);
      });
      out.generated('}');
    } else emitLoop(node);
  };
  const emitExpression = ({ base, node }: Code): void => source({ start: base + node.start, end: base + node.end });
  const emitLoop = (node: Extract<TemplateNode, { kind: 'each' | 'foreach' }>): void => {
    const id = loops++;
    const [list, index] = [`$$l${id}`, `$$i${id}`];
    const number = tag();
    out.generated(`{${number};const ${list}=`);
    emitExpression(node.list);
    out.generated(
      node.kind === 'each'
        ? `;if(${list}!=null)for(let ${index}=0;${index}<${list}.length;${index}++){`
        : `;for(const ${index} in ${list})if($$own(${list},${index})){`,
    );
    const values = node.kind === 'each' ? [`${list}[${index}]`, index] : [index, `${list}[${index}]`];
    emitParameters(node.parameters, values, number);
    emitAll(node.body);
    out.generated('}}');
  };
  const emitParameters = (code: Code | null, values: string[], number: string): void => {
    if (code === null) return;
    const parameters = parametersOf(code);
    if (parameters.length === 0) return;
    const isPlain = parameters.length <= 2 && parameters.every(({ type }) => type === 'Identifier');
    // Destructuring supports the defaults and rest parameters that parameters may have; plain names are faster
    // without.
    out.generated(isPlain ? 'let ' : `${number};let [`);
    parameters.forEach((parameter, position) => {
      if (position > 0) out.generated(',');
      source({ start: code.base + parameter.start, end: code.base + parameter.end });
      if (isPlain) out.generated(`=${values[position]}`);
    });
    out.generated(isPlain ? ';' : `]=[${values.join(',')}];`);
  };

  out.generated('function(it){let $$o="";');
  if (names.length > 0) out.generated(`let ${names.join(',')};`);
  emitAll(nodes);
  out.generated('return $$end($$o)}');
  return out.finish();
}

function parametersOf(code: Code): Node[] {
  const { node } = code;
  // parseParameters() creates an arrow function, whose parameters are nodes.
  return 'params' in node && Array.isArray(node.params) ? (node.params as Node[]) : [];
}
