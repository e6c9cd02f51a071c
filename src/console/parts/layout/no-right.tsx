import type { ReactNode } from 'react';
import { type Right, rights } from '../../../contract/accounts/rights.ts';
import { parts } from '../../messages/en.ts';
import { Nothing } from './nothing.tsx';

/** Says which right is missing, and who can grant it. */
export function NoRight({ right }: { right: Right }): ReactNode {
  return <Nothing icon="lock" title={parts.noRight(rights[right])} text={parts.noRightText} />;
}
