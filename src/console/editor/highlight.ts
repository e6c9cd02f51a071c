import { type Range, RangeSet } from '@codemirror/state';
import { Decoration, type DecorationSet, type EditorView, ViewPlugin, type ViewUpdate } from '@codemirror/view';
import { type TemplateToken, templateTokens } from '../../template/check/check.ts';

const marks = new Map<string, Decoration>();
const markOf = (kind: TemplateToken['kind']) => {
  const known = marks.get(kind);
  if (known !== undefined) return known;
  const made = Decoration.mark({ class: `mr-${kind}` });
  marks.set(kind, made);
  return made;
};

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
  const ranges: Range<Decoration>[] = [];
  for (let at = firstEndingAfter(tokens, from); at < tokens.length; at++) {
    const token = tokens[at];
    if (token === undefined || token.start >= to) break;
    if (token.end > token.start) ranges.push(markOf(token.kind).range(token.start, token.end));
  }
  return RangeSet.of(ranges, true);
}

/** Index of the first token that ends behind a place; tokens stand in order. */
function firstEndingAfter(tokens: readonly TemplateToken[], place: number): number {
  let [low, high] = [0, tokens.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((tokens[middle]?.end ?? 0) <= place) low = middle + 1;
    else high = middle;
  }
  return low;
}
