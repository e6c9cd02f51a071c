import type { Code } from './tag-script.ts';

/** What a template consists of. Offsets count in its text. */
export type TemplateNode =
  | { kind: 'text'; value: string }
  | { kind: 'statements'; code: Code }
  | { kind: 'value'; start: number; code: Code; isRaw: boolean; filters: FilterCall[] }
  | { kind: 'if'; branches: { condition: Code | null; body: TemplateNode[] }[] }
  | { kind: 'each' | 'foreach'; list: Code; parameters: Code | null; body: TemplateNode[] };

/** A filter as it is applied; `args` holds what stands between its brackets. */
export type FilterCall = { name: string; start: number; args: Code | null };
