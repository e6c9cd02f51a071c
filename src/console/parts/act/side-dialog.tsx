import { Drawer, type DrawerProps } from '@mantine/core';
import type { ReactNode } from 'react';
import { useFocusBack } from './focus.ts';

type Props = Omit<DrawerProps, 'opened' | 'returnFocus'> & { isOpen?: boolean };

/** A dialog at the right edge of the window. */
export function SideDialog({ isOpen = true, ...props }: Props): ReactNode {
  useFocusBack(isOpen);
  return <Drawer position="right" size="lg" {...props} opened={isOpen} returnFocus={false} />;
}
