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
import { Box } from '@mantine/core';
import { type ReactNode, type Ref, startTransition, useCallback, useEffect, useImperativeHandle, useRef } from 'react';
import { formatTemplate } from '../../template/check/format.ts';
import type { Escape } from '../../template/compile/escape.ts';
import { editor as words } from '../messages/en.ts';
import { styleNonce } from '../theme/nonce.ts';
import { completeTemplate, recordAt } from './completion.ts';
import { editorTheme } from './editor-theme.ts';
import type { KnownFields } from './fields.ts';
import { findingsOf, type TemplateFinding } from './findings.ts';
import { highlighting } from './highlight.ts';
import { typedOver } from './typed-over.ts';

/** The commands of the editor for its page. */
export type EditorHandle = {
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

/** Long enough that an unfinished word is not reported. */
const checkAfterMs = 300;

/** The editor of templates. Tab leaves it; F8 and Shift F8 go from problem to problem, Ctrl/⌘ . corrects one. */
export function TemplateEditor(props: Props): ReactNode {
  const given = useRef(props);
  given.current = props;
  const opened = useRef<OpenEditor>(undefined);
  const mount = useCallback((place: HTMLElement | null) => {
    if (place === null) return;
    const editor = openEditor(place, () => given.current);
    opened.current = editor;
    return () => {
      opened.current = undefined;
      editor.close();
    };
  }, []);
  const { value, contentType, escape: mode, known, isDisabled = false } = props;
  useEffect(() => opened.current?.show(value), [value]);
  // The findings depend on these too.
  useEffect(() => opened.current?.check({ contentType, escape: mode, known }), [contentType, mode, known]);
  useEffect(() => opened.current?.setReadOnly(isDisabled), [isDisabled]);
  useImperativeHandle(props.handle, () => {
    if (opened.current === undefined) throw new Error('the editor is not there yet');
    return opened.current.handle;
  });
  return <Box ref={mount} miw={0} />;
}

type OpenEditor = ReturnType<typeof openEditor>;

/** An editor in its place. `given` are the properties of the page as they are now. */
function openEditor(parent: HTMLElement, given: () => Props) {
  let found: TemplateFinding[] = [];
  // Texts that were given to the page and are not its value yet: it may be some keys behind.
  let told: string[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const { value, label, describedBy, isDisabled = false } = given();
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: value,
      extensions: [
        extensions,
        EditorView.contentAttributes.of({
          'aria-label': label,
          ...(describedBy === undefined ? {} : { 'aria-describedby': describedBy }),
          spellcheck: 'false',
          autocapitalize: 'off',
        }),
        autocompletion({
          override: [(context) => completeTemplate(context, given().known)],
          icons: false,
          maxRenderedOptions: 60,
        }),
        keymap.of([
          { key: 'Mod-Enter', run },
          { key: 'Mod-.', run: ({ state }) => fixHere(state.selection.main.head) },
          { key: 'F8', run: nextDiagnostic },
          { key: 'Shift-F8', run: previousDiagnostic },
          ...closeBracketsKeymap,
          ...completionKeymap,
          ...searchKeymap,
          ...historyKeymap,
          ...defaultKeymap,
        ]),
        access.of(readOnly(isDisabled)),
        EditorView.updateListener.of(updated),
      ],
    }),
  });
  const text = () => view.state.doc.toString();

  function updated({ docChanged }: ViewUpdate) {
    if (!docChanged) return;
    const written = text();
    told.push(written);
    startTransition(() => given().onChange(written));
    clearTimeout(timer);
    timer = setTimeout(check, checkAfterMs);
  }

  function check(options: Pick<Props, 'contentType' | 'escape' | 'known'> = given()) {
    found = findingsOf(text(), options);
    view.dispatch(setDiagnostics(view.state, found.map(diagnostic)));
    given().onFindings(found);
  }

  function replaceAll(insert: string, selection?: { anchor: number }) {
    view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert }, ...(selection && { selection }) });
  }

  function fix(finding: TemplateFinding) {
    if (finding.fix === undefined) return;
    const { from, to, insert } = finding.fix;
    view.dispatch({ changes: { from, to, insert }, selection: { anchor: from + insert.length } });
    check();
    view.focus();
  }

  function run(): boolean {
    given().onRun();
    return true;
  }

  function fixHere(at: number): boolean {
    const fixable = found.filter((one) => one.fix !== undefined);
    const next = fixable.find(({ from, to }) => from <= at && at <= to) ?? fixable[0];
    if (next !== undefined) fix(next);
    return next !== undefined;
  }

  function goTo({ from, to = from }: { from: number; to?: number }) {
    const { length } = view.state.doc;
    view.dispatch({
      selection: { anchor: Math.min(from, length), head: Math.min(to, length) },
      effects: EditorView.scrollIntoView(Math.min(from, length), { y: 'center' }),
    });
    view.focus();
  }

  const handle: EditorHandle = {
    insertPath(whole) {
      const { from, to } = view.state.selection.main;
      const written = text();
      const path = whole.replace(/^it\.data\[0\]/, recordAt(written, from));
      const opening = written.lastIndexOf('{{', from - 1);
      const isInTag = opening >= 0 && written.lastIndexOf('}}', from - 1) < opening;
      const insert = isInTag ? path : `{{ ${path} }}`;
      const selection = { anchor: from + insert.length };
      view.dispatch({ changes: { from, to, insert }, selection, scrollIntoView: true, userEvent: 'input' });
      view.focus();
    },
    replace(next) {
      replaceAll(next, { anchor: 0 });
      check();
      view.focus();
    },
    format() {
      // Every line end is one character in the editor: positions refer to its own text.
      const changes = formatTemplate(text());
      view.dispatch({ changes, annotations: isolateHistory.of('full'), userEvent: 'format' });
      view.focus();
      return changes.length > 0;
    },
    goTo,
    goToLine(number, column) {
      const { doc } = view.state;
      const line = doc.line(Math.min(Math.max(number, 1), doc.lines));
      goTo({ from: Math.min(line.from + column - 1, line.to) });
    },
    fix,
    undo: () => undo(view),
    redo: () => redo(view),
    search: () => openSearchPanel(view),
  };

  return {
    handle,
    check,
    /** Shows a text from outside, such as the saved one. A text that was typed here comes back later and is ignored. */
    show(next: string) {
      const at = told.indexOf(next);
      if (text() !== next && at >= 0) told = told.slice(at + 1);
      else {
        if (text() !== next) replaceAll(next);
        told = [];
      }
    },
    setReadOnly: (isReadOnly: boolean) => view.dispatch({ effects: access.reconfigure(readOnly(isReadOnly)) }),
    close() {
      clearTimeout(timer);
      view.destroy();
    },
  };
}

const access = new Compartment();
const readOnly = (isDisabled: boolean): Extension => [
  EditorState.readOnly.of(isDisabled),
  EditorView.contentAttributes.of({ 'aria-readonly': String(isDisabled) }),
];

/** Also closed before a quote, so that a tag within a JSON text gets its end. */
const closedBrackets = { brackets: ['(', '[', '{', "'", '"', '`'], before: ')]}:;>"\'`' };

function diagnostic({ from, to, severity, message, fix }: TemplateFinding): Diagnostic {
  const actions =
    fix === undefined ? [] : [{ name: fix.label, apply: (view: EditorView) => view.dispatch({ changes: fix }) }];
  return { from, to, severity, message, actions };
}

const extensions: Extension = [
  EditorView.cspNonce.of(styleNonce()),
  EditorState.phrases.of(words.phrases),
  EditorView.lineWrapping,
  lineNumbers(),
  history(),
  highlightActiveLine(),
  highlightActiveLineGutter(),
  highlightSelectionMatches(),
  bracketMatching(),
  closeBrackets(),
  EditorState.languageData.of(() => [{ closeBrackets: closedBrackets }]),
  editorTheme,
  highlighting,
  typedOver,
];
