import { type KeyboardEvent, useEffect, useId, useState } from 'react';

type Listed = {
  /** The values of the options in their order, as far as they are shown. */
  values: readonly string[];
  /** What is typed to search them. */
  text: string;
  /** The value that is chosen already. */
  chosen?: string | undefined;
  isOpen: boolean;
  open: () => void;
  close: () => void;
  choose: (value: string) => void;
};

/**
 * The marked option of a list: the chosen one, the first that fits what is typed, or the one to which the arrows went. It is
 * found by its value each time, so Enter chooses the one that is seen, whatever has been loaded since. (Mantine's lists
 * remember its number, which is that of another one then.)
 */
export function useMarked({ values, text, chosen, isOpen, open, close, choose }: Listed) {
  const id = useId();
  const [moved, move] = useState({ text, value: '' });
  const wanted = moved.text === text && values.includes(moved.value) ? moved.value : text === '' ? chosen : values[0];
  const at = isOpen && wanted !== undefined ? values.indexOf(wanted) : -1;
  const marked = values[at];
  const optionId = (value: string) => `${id}-${values.indexOf(value)}`;
  const activeId = marked === undefined ? undefined : optionId(marked);
  useEffect(() => {
    if (activeId !== undefined) document.getElementById(activeId)?.scrollIntoView({ block: 'nearest' });
  }, [activeId]);

  function onKeyDown(event: KeyboardEvent) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.nativeEvent.isComposing) return;
    if (step !== undefined) {
      event.preventDefault();
      const from = at === -1 && step < 0 ? 0 : at;
      if (isOpen) move({ text, value: values.at((from + step) % values.length) ?? '' });
      else open();
    } else if (event.key === 'Enter' && isOpen) {
      event.preventDefault();
      if (marked !== undefined) choose(marked);
    } else if (event.key === 'Escape') close();
  }

  return {
    /** For the control that has the focus. */
    target: {
      onKeyDown,
      'aria-controls': isOpen ? id : undefined,
      'aria-activedescendant': activeId,
      /** While a list is open, Escape closes nothing around it. */
      'data-mantine-stop-propagation': isOpen || undefined,
    },
    listId: id,
    optionOf: (value: string) => ({ value, id: optionId(value), selected: value === marked }),
  };
}
