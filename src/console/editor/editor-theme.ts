import { EditorView } from '@codemirror/view';

const line = '1px solid var(--console-line)';
const box = { border: '1px solid var(--mantine-color-default-border)', borderRadius: 'var(--mantine-radius-sm)' };
const panel = { background: 'var(--console-panel)', color: 'var(--mantine-color-text)' };
const small = { fontSize: 'var(--mantine-font-size-sm)' };
const monospace = { fontFamily: 'var(--mantine-font-family-monospace)' };
const dimmed = { color: 'var(--mantine-color-dimmed)' };
const underlined = (color: string) => ({
  background: 'none',
  textDecoration: `underline wavy ${color} 1px`,
  textUnderlineOffset: '3px',
});

/** The editor in the colours and sizes of the console. A page may set `--editor-least` and `--editor-height`. */
export const editorTheme = EditorView.theme({
  '&': {
    ...box,
    ...panel,
    ...small,
    blockSize: '100%',
    minBlockSize: 'var(--editor-least, 12rem)',
    maxBlockSize: 'var(--editor-height, 30rem)',
  },
  '&.cm-focused': { outline: '2px solid var(--console-focus)', outlineOffset: '1px' },
  '.cm-scroller': { ...monospace, minBlockSize: 'var(--editor-least, 12rem)', lineHeight: 1.55 },
  '.cm-content': { paddingBlock: '0.5rem', caretColor: 'var(--mantine-color-text)' },
  '.cm-gutters': { ...dimmed, borderInlineEnd: line, background: 'var(--console-head)' },
  '.cm-activeLine, .cm-activeLineGutter': { background: 'var(--console-hover)' },
  '.cm-selectionMatch': { background: 'var(--console-tint-strong)' },
  // The brackets at the cursor are marked only where there is one.
  '.cm-matchingBracket, .cm-nonmatchingBracket': { outline: 'none', background: 'none' },
  '&.cm-focused .cm-matchingBracket': { outline: '1px solid var(--console-focus)', background: 'none' },

  '.mr-tag': { color: 'var(--mantine-color-anchor)', fontWeight: 650 },
  '.mr-keyword': { color: 'var(--console-code-keyword)' },
  '.mr-name': { color: 'var(--mantine-color-mill-light-color)' },
  '.mr-string, .mr-regex': { color: 'var(--console-code-string)' },
  '.mr-number': { color: 'var(--console-work)' },
  '.mr-comment': { ...dimmed, fontStyle: 'italic' },

  '.cm-lintRange-error': underlined('var(--console-bad)'),
  '.cm-lintRange-warning': underlined('var(--console-warn)'),
  '.cm-diagnostic': { padding: '0.4rem 0.6rem', borderInlineStart: '3px solid var(--console-warn)' },
  '.cm-diagnostic-error': { borderInlineStartColor: 'var(--console-bad)' },
  '.cm-diagnosticAction': {
    ...small,
    minBlockSize: '24px',
    borderRadius: 'var(--mantine-radius-sm)',
    background: 'var(--mantine-primary-color-filled)',
    color: 'var(--mantine-primary-color-contrast)',
  },

  '.cm-tooltip': { ...box, ...panel, boxShadow: 'var(--mantine-shadow-md)' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': { ...monospace, maxBlockSize: '17rem' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': {
    display: 'flex',
    gap: '1rem',
    justifyContent: 'space-between',
    padding: '0.2rem 0.6rem',
    lineHeight: 1.4,
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]': {
    background: 'var(--console-tint-strong)',
    color: 'var(--mantine-color-text)',
  },
  '.cm-completionDetail': { ...dimmed, fontFamily: 'var(--mantine-font-family)', fontStyle: 'normal' },
  '.cm-completionMatchedText': { fontWeight: 700, textDecoration: 'none' },
  '.cm-completionInfo': {
    padding: '0.4rem 0.6rem',
    maxInlineSize: '22rem',
    whiteSpace: 'pre-line',
    overflowWrap: 'anywhere',
  },

  '.cm-panels': { background: 'var(--console-head)', color: 'var(--mantine-color-text)' },
  '.cm-panel.cm-search :is(input, button, label)': small,
  '.cm-panel.cm-search :is(input, button):not([type="checkbox"])': {
    ...box,
    ...panel,
    minBlockSize: '26px',
    backgroundImage: 'none',
  },
});
