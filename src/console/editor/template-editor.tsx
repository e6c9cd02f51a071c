import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, isolateHistory, redo, undo } from '@codemirror/commands';
import { bracketMatching } from '@codemirror/language';
import { type Diagnostic, nextDiagnostic, previousDiagnostic, setDiagnostics } from '@codemirror/lint';
import { highlightSelectionMatches, openSearchPanel, searchKeymap } from '@codemirror/search';
import { Compartment, EditorState, type Extension } from '@codemirror/state';
import {
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
  type ViewUpdate,
} from '@codemirror/view';
import { type ReactNode, type Ref, startTransition, useEffect, useImperativeHandle, useRef } from 'react';
import { formatTemplate } from '../../template/check/format.ts';
import type { Escape } from '../../template/compile/escape.ts';
import { editor as words } from '../messages/en/editor.ts';
import { styleNonce } from '../theme/nonce.ts';
import { completeTemplate, recordAt } from './completion.ts';
import type { KnownFields } from './fields.ts';
import { findingsOf, type TemplateFinding } from './findings.ts';
import { highlighting } from './highlight.ts';
import css from './template-editor.module.css';
import { typedOver } from './typed-over.ts';

/** What a page can do with the editor from outside. */
export type EditorHandle = {
  /** What is written now; the page may be some keys behind. */
  text: () => string;
  /** Writes at the cursor; in the template's own text, a path is put into a tag. */
  insertPath: (path: string) => void;
  /** Replaces everything, as one step that can be undone. */
  replace: (text: string) => void;
  goTo: (place: { from: number; to?: number }) => void;
  /** A line and a column, both from 1. */
  goToLine: (line: number, column: number) => void;
  fix: (finding: TemplateFinding) => void;
  /** Indents the JavaScript by its nesting, as one step that can be undone; false: it is in order already. */
  format: () => boolean;
  undo: () => void;
  redo: () => void;
  search: () => void;
};

type Props = {
  label: string;
  describedBy?: string;
  value: string;
  onChange: (text: string) => void;
  contentType: string;
  escape: 'auto' | Escape;
  known: KnownFields;
  onFindings: (findings: TemplateFinding[]) => void;
  /** Ctrl/⌘ Enter. */
  onRun: () => void;
  isDisabled?: boolean;
  handle?: Ref<EditorHandle>;
};

/** Long enough that nothing is said about half a word. */
const checkAfterMs = 300;

/** The editor of templates. Tab leaves it; F8 and Shift F8 go from problem to problem, Ctrl/⌘ . sets one right. */
export function TemplateEditor(props: Props): ReactNode {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(undefined);
  const given = useRef(props);
  given.current = props;
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const found = useRef<TemplateFinding[]>([]);
  // What was told and has not come back as the value yet: the page may be some keys behind.
  const told = useRef<string[]>([]);

  const check = useRef((options: Pick<Props, 'contentType' | 'escape' | 'known'>) => {
    const editor = view.current;
    if (editor === undefined) return;
    found.current = findingsOf(editor.state.doc.toString(), options);
    editor.dispatch(setDiagnostics(editor.state, found.current.map(diagnostic)));
    given.current.onFindings(found.current);
  });
  const fix = useRef((finding: TemplateFinding) => {
    if (finding.fix === undefined) return;
    const { from, to, insert } = finding.fix;
    view.current?.dispatch({ changes: { from, to, insert }, selection: { anchor: from + insert.length } });
    check.current(given.current);
    view.current?.focus();
  });

  const updated = useRef(({ docChanged, state }: ViewUpdate) => {
    if (!docChanged) return;
    const text = state.doc.toString();
    told.current.push(text);
    startTransition(() => given.current.onChange(text));
    clearTimeout(timer.current);
    timer.current = setTimeout(() => check.current(given.current), checkAfterMs);
  });

  useEffect(() => {
    const parent = place.current;
    if (parent === null) return;
    const { value, label, describedBy, isDisabled = false } = given.current;
    view.current = new EditorView({
      parent,
      state: EditorState.create({
        doc: value,
        extensions: [
          extensions({
            label,
            describedBy,
            known: () => given.current.known,
            run: () => {
              given.current.onRun();
              return true;
            },
            fixHere: (at) => {
              const here = found.current.find((one) => one.fix !== undefined && one.from <= at && at <= one.to);
              const next = here ?? found.current.find((one) => one.fix !== undefined);
              if (next !== undefined) fix.current(next);
              return next !== undefined;
            },
          }),
          access.of(readOnly(isDisabled)),
          EditorView.updateListener.of((update) => updated.current(update)),
        ],
      }),
    });
    return () => {
      clearTimeout(timer.current);
      view.current?.destroy();
      view.current = undefined;
    };
  }, []);

  const { value, contentType, escape: mode, known, isDisabled = false } = props;
  // A change from outside, such as going back to what is saved; typing has told of its own already.
  useEffect(() => {
    const editor = view.current;
    if (editor === undefined) return;
    const at = told.current.indexOf(value);
    if (editor.state.doc.toString() === value) told.current = [];
    else if (at >= 0) told.current.splice(0, at + 1);
    else {
      editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: value } });
      told.current = [];
    }
  }, [value]);
  // What is said about the text depends on these too.
  useEffect(() => check.current({ contentType, escape: mode, known }), [contentType, mode, known]);
  useEffect(() => {
    view.current?.dispatch({ effects: access.reconfigure(readOnly(isDisabled)) });
  }, [isDisabled]);

  function goTo({ from, to = from }: { from: number; to?: number }) {
    const editor = view.current;
    if (editor === undefined) return;
    const length = editor.state.doc.length;
    editor.dispatch({
      selection: { anchor: Math.min(from, length), head: Math.min(to, length) },
      effects: EditorView.scrollIntoView(Math.min(from, length), { y: 'center' }),
    });
    editor.focus();
  }

  useImperativeHandle(props.handle, () => ({
    text: () => view.current?.state.doc.toString() ?? value,
    insertPath(whole) {
      const editor = view.current;
      if (editor === undefined) return;
      const { from, to } = editor.state.selection.main;
      const text = editor.state.doc.toString();
      const path = whole.replace(/^it\.data\[0\]/, recordAt(text, from));
      const opened = text.lastIndexOf('{{', from - 1);
      const isInTag = opened >= 0 && text.lastIndexOf('}}', from - 1) < opened;
      const insert = isInTag ? path : `{{ ${path} }}`;
      editor.dispatch({
        changes: { from, to, insert },
        selection: { anchor: from + insert.length },
        scrollIntoView: true,
        userEvent: 'input',
      });
      editor.focus();
    },
    replace(text) {
      const editor = view.current;
      editor?.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: text }, selection: { anchor: 0 } });
      check.current(given.current);
      editor?.focus();
    },
    format() {
      const editor = view.current;
      // The editor holds every line end as one sign: its own text is what edits count in.
      const changes = editor === undefined ? [] : formatTemplate(editor.state.doc.toString());
      editor?.dispatch({ changes, annotations: isolateHistory.of('full'), userEvent: 'format' });
      editor?.focus();
      return changes.length > 0;
    },
    goTo,
    goToLine(number, column) {
      const doc = view.current?.state.doc;
      if (doc === undefined) return;
      const line = doc.line(Math.min(Math.max(number, 1), doc.lines));
      goTo({ from: Math.min(line.from + column - 1, line.to) });
    },
    fix: (finding) => fix.current(finding),
    undo: () => view.current !== undefined && undo(view.current),
    redo: () => view.current !== undefined && redo(view.current),
    search: () => view.current !== undefined && openSearchPanel(view.current),
  }));

  return <div ref={place} className={css['editor']} />;
}

const access = new Compartment();
const readOnly = (isDisabled: boolean): Extension => [
  EditorState.readOnly.of(isDisabled),
  EditorView.contentAttributes.of({ 'aria-readonly': String(isDisabled) }),
];

/** Also closed before a quote, so that a tag within a JSON text gets its end. */
const closedBrackets = { brackets: ['(', '[', '{', "'", '"', '`'], before: ')]}:;>"\'`' };

function diagnostic({ from, to, severity, message, fix }: TemplateFinding): Diagnostic {
  return {
    from,
    to,
    severity,
    message,
    ...(fix === undefined
      ? {}
      : {
          actions: [
            {
              name: fix.label,
              apply: (view: EditorView) =>
                view.dispatch({ changes: { from: fix.from, to: fix.to, insert: fix.insert } }),
            },
          ],
        }),
  };
}

function extensions(options: {
  label: string;
  describedBy: string | undefined;
  known: () => KnownFields;
  run: () => boolean;
  fixHere: (at: number) => boolean;
}): Extension {
  const { label, describedBy } = options;
  return [
    EditorView.cspNonce.of(styleNonce()),
    EditorState.phrases.of(words.phrases),
    EditorView.contentAttributes.of({
      'aria-label': label,
      ...(describedBy === undefined ? {} : { 'aria-describedby': describedBy }),
      spellcheck: 'false',
      autocapitalize: 'off',
    }),
    EditorView.lineWrapping,
    lineNumbers(),
    history(),
    highlightActiveLine(),
    highlightActiveLineGutter(),
    highlightSelectionMatches(),
    bracketMatching(),
    closeBrackets(),
    EditorState.languageData.of(() => [{ closeBrackets: closedBrackets }]),
    highlighting,
    typedOver,
    autocompletion({
      override: [(context) => completeTemplate(context, options.known())],
      icons: false,
      maxRenderedOptions: 60,
    }),
    keymap.of([
      { key: 'Mod-Enter', run: options.run },
      { key: 'Mod-.', run: ({ state }) => options.fixHere(state.selection.main.head) },
      { key: 'F8', run: nextDiagnostic },
      { key: 'Shift-F8', run: previousDiagnostic },
      ...closeBracketsKeymap,
      ...completionKeymap,
      ...searchKeymap,
      ...historyKeymap,
      ...defaultKeymap,
    ]),
  ];
}
