import { Drawer } from '@mantine/core';
import type { ReactNode } from 'react';
import { shell } from '../messages/en.ts';
import { MenuLinks } from './menu-links.tsx';

/** The left menu where the window is too narrow for it. */
export function MenuDrawer({ onClose }: { onClose: () => void }): ReactNode {
  return (
    <Drawer
      opened
      onClose={onClose}
      size="16rem"
      title={shell.product}
      closeButtonProps={{ 'aria-label': shell.closeMenu }}
    >
      <nav aria-label={shell.menu}>
        <MenuLinks onFollow={onClose} />
      </nav>
    </Drawer>
  );
}
