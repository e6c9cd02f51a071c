import type { Escape } from './escape.ts';
import { type TemplateNode, visitCode } from './parser.ts';
import { FUNCTIONS } from './reference.ts';
import type { Code, Finding } from './tag-script.ts';
import type { Traits } from './traits.ts';
import { walk } from './walk.ts';

/** What is to say about a template that parses: JavaScript that is refused, and what is probably not meant. */
export function findingsOf(nodes: TemplateNode[], traits: Traits, mode: Escape | 'path'): Finding[] {
  const findings: Finding[] = undeclared(traits).map(([name, offset]) => {
    return { offset, message: `\`${name}\` is never declared: write \`let ${name} = …\``, severity: 'warning' };
  });
  if (mode === 'json') findings.push(...doubleEscapes(nodes));
  visitCode(nodes, (code) => findings.push(...findingsInCode(code, traits)));
  return findings;
}

/** Findings of one script. */
export function findingsInCode({ tree }: Pick<Code, 'tree'>, { declared }: Traits): Finding[] {
  const findings: Finding[] = [];
  walk(tree.node, (node) => {
    const offset = tree.base + node.start;
    const refused = REFUSED[node.type];
    if (refused !== undefined) findings.push({ offset, message: refused, severity: 'error' });
    const target = node.type === 'AssignmentExpression' ? node['left'] : null;
    if (isInputMember(target) && !declared.has('it')) {
      const message = '`it` is read-only. Copy first: `const record = { ...it.data[0] };`';
      findings.push({ offset, message, severity: 'warning' });
    }
  });
  return findings;
}

/** Names that are assigned without being declared anywhere: the generated code declares them, since it runs strictly. */
export function undeclared({ assigned, declared }: Traits): [name: string, offset: number][] {
  return [...assigned].filter(([name]) => !declared.has(name) && !FUNCTIONS.has(name) && name !== 'it');
}

function doubleEscapes(nodes: TemplateNode[]): Finding[] {
  let before = '';
  return nodes.flatMap((node): Finding[] => {
    const isInQuotes = before.endsWith('"');
    before = node.kind === 'text' ? node.value : '';
    if (node.kind !== 'value' || node.isRaw || isInQuotes || node.filters.at(-1)?.name !== 'json') return [];
    const message = 'JSON is escaped once more here: write `{{* … | json }}` to insert it as it is';
    return [{ offset: node.start, message, severity: 'warning' }];
  });
}

const REFUSED: Record<string, string> = {
  ImportExpression: '`import` is not available in templates',
  AwaitExpression: '`await` does not work here: a template runs in one go',
};

/** `it.data…` as what is assigned to. */
function isInputMember(target: unknown): boolean {
  let at = target;
  let depth = 0;
  // Nodes are looked at by field names: the walkers' view of a tree.
  while (typeof at === 'object' && at !== null && 'object' in at) {
    at = at.object;
    depth++;
  }
  return depth > 0 && typeof at === 'object' && at !== null && 'name' in at && at.name === 'it';
}
