import { RangeSet } from '@codemirror/state';
import { Decoration, type DecorationSet, type EditorView, ViewPlugin, type ViewUpdate } from '@codemirror/view';
import { type TemplateToken, templateTokens } from '../../template/check/check.ts';

/** Larger templates are highlighted when typing pauses; until then the colors move with the text. */
const atOnceMax = 100_000;
const pauseMs = 200;

/** The colours of tags and of the JavaScript in them, by the scanner that compiles them too. */
export const highlighting = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;
    #tokens: TemplateToken[];
    #timer: ReturnType<typeof setTimeout> | undefined;

    constructor(view: EditorView) {
      this.#tokens = templateTokens(view.state.doc.toString());
      this.decorations = visible(view, this.#tokens);
    }

    update({ view, docChanged, viewportChanged, changes, state }: ViewUpdate) {
      if (docChanged && state.doc.length > atOnceMax) {
        this.decorations = this.decorations.map(changes);
        clearTimeout(this.#timer);
        this.#timer = setTimeout(() => {
          this.#tokens = templateTokens(view.state.doc.toString());
          this.decorations = visible(view, this.#tokens);
          view.dispatch({});
        }, pauseMs);
        return;
      }
      if (docChanged) this.#tokens = templateTokens(state.doc.toString());
      if (docChanged || viewportChanged) this.decorations = visible(view, this.#tokens);
    }

    destroy() {
      clearTimeout(this.#timer);
    }
  },
  { decorations: ({ decorations }) => decorations },
);

function visible(view: EditorView, tokens: readonly TemplateToken[]): DecorationSet {
  const { from, to } = view.viewport;
  const ranges = tokens
    .filter(({ start, end }) => end > Math.max(start, from) && start < to)
    .map(({ kind, start, end }) => Decoration.mark({ class: `mr-${kind}` }).range(start, end));
  return RangeSet.of(ranges, true);
}
