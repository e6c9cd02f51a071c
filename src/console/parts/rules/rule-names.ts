import { useCallback } from 'react';
import { useNames } from '../../data/data.ts';
import { useMay } from '../../session/rights.ts';
import type { RuleName } from './condition-words.ts';

/** The names of the behaviors and collectors in the rules that a page shows, without reading all of them. */
export function useRuleNames(): RuleName {
  const { of } = useNames();
  const beh = useMay('behaviors:view');
  const col = useMay('collectors:view');
  return useCallback(
    (id) => {
      // Without the right to see its kind, the id: it may well be there.
      if (id.startsWith('beh_') ? !beh : !col) return id;
      const named = of(id);
      return named === undefined ? '…' : named?.name;
    },
    [of, beh, col],
  );
}
