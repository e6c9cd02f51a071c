import type { ReactNode } from 'react';
import { shell } from '../messages/en.ts';
import { SideDialog } from '../parts/parts.ts';
import { MenuLinks } from './menu-links.tsx';

/** The left menu where the window is too narrow for it. */
export function MenuDrawer({ onClose }: { onClose: () => void }): ReactNode {
  return (
    <SideDialog
      position="left"
      onClose={onClose}
      size="16rem"
      title={shell.product}
      closeButtonProps={{ 'aria-label': shell.closeMenu }}
    >
      <nav aria-label={shell.menu}>
        <MenuLinks onFollow={onClose} />
      </nav>
    </SideDialog>
  );
}
