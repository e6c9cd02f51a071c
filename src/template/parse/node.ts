import type { Code } from './tag-script.ts';

/** A node of a template. Offsets count in its text. */
export type TemplateNode =
  | { kind: 'text'; value: string }
  | { kind: 'statements'; code: Code }
  | { kind: 'value'; start: number; code: Code; isRaw: boolean; filters: FilterCall[] }
  | { kind: 'if'; branches: { condition: Code | null; body: TemplateNode[] }[] }
  | { kind: 'each' | 'foreach'; list: Code; parameters: Code | null; body: TemplateNode[] };

/** A filter call; `args` is the code between its brackets. */
export type FilterCall = { name: string; start: number; args: Code | null };
