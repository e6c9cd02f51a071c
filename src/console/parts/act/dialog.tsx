import { Modal, type ModalProps } from '@mantine/core';
import type { ReactNode } from 'react';
import { useFocusBack } from './focus.ts';

type Props = Omit<ModalProps, 'opened' | 'returnFocus'> & { isOpen?: boolean };

/** A dialog in the middle of the window. */
export function Dialog({ isOpen = true, ...props }: Props): ReactNode {
  useFocusBack(isOpen);
  return <Modal {...props} opened={isOpen} returnFocus={false} />;
}
