import { EditorView } from '@codemirror/view';

/**
 * Text that is typed over a selection, put in without the browser's own editing: Chromium would keep the colours of what
 * was selected by a style attribute, which the page's policy forbids.
 */
export const typedOver = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { inputType, data, isComposing } = event;
    const selection = getSelection();
    // Text that was not typed, such as dictated one, comes without ranges.
    const range = event.getTargetRanges()[0] ?? (selection?.rangeCount === 0 ? undefined : selection?.getRangeAt(0));
    if (inputType !== 'insertText' || data === null || isComposing || range === undefined || range.collapsed)
      return false;
    if (view.state.readOnly) return false;
    const from = view.posAtDOM(range.startContainer, range.startOffset);
    const to = view.posAtDOM(range.endContainer, range.endOffset);
    const insert = () =>
      view.state.update({
        changes: { from, to, insert: view.state.toText(data) },
        selection: { anchor: from + view.state.toText(data).length },
        scrollIntoView: true,
        userEvent: 'input.type',
      });
    event.preventDefault();
    if (!view.state.facet(EditorView.inputHandler).some((handle) => handle(view, from, to, data, insert)))
      view.dispatch(insert());
    return true;
  },
});
