import { useCallback } from 'react';
import { useNames } from '../../data/data.ts';
import type { RuleName } from './condition-words.ts';

/** The names of the behaviors and collectors in the rules that a page shows, without reading all of them. */
export function useRuleNames(): RuleName {
  const { of } = useNames();
  return useCallback(
    (id) => {
      const named = of(id);
      return named === undefined ? '…' : named?.name;
    },
    [of],
  );
}
