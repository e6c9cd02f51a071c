import { useBlocker } from '@tanstack/react-router';
import { type ComponentProps, type ReactNode, useEffect, useRef } from 'react';
import { parts } from '../../messages/en.ts';
import { ConfirmDialog } from '../parts.ts';

/**
 * Asks before a page with unsaved changes is left, by a link, by the history or by closing the tab. Call `release`
 * before leaving after a save; put `dialog` into the page. `onLeave` is called when the page is left without saving.
 */
export function useUnsavedGuard(isDirty: boolean, onLeave?: () => void): { release: () => void; dialog: ReactNode } {
  const isReleased = useRef(false);
  // What is changed after a save that stays on the page is unsaved again.
  useEffect(() => {
    if (!isDirty) isReleased.current = false;
  }, [isDirty]);
  const blocker = useBlocker({
    shouldBlockFn: ({ current, next }) => isDirty && !isReleased.current && current.pathname !== next.pathname,
    enableBeforeUnload: () => isDirty && !isReleased.current,
    withResolver: true,
  });
  const dialog = (
    <LeaveDialog
      isOpen={blocker.status === 'blocked'}
      onConfirm={() => {
        onLeave?.();
        blocker.proceed?.();
      }}
      onCancel={() => blocker.reset?.()}
    />
  );
  return {
    release() {
      isReleased.current = true;
    },
    dialog,
  };
}

type Props = Pick<ComponentProps<typeof ConfirmDialog>, 'isOpen' | 'onConfirm' | 'onCancel'>;

/** Asks before unsaved changes are lost. */
export const LeaveDialog = (props: Props): ReactNode => (
  <ConfirmDialog {...props} title={parts.leaveTitle} verb={parts.leave} cancel={parts.stay}>
    {parts.leaveText}
  </ConfirmDialog>
);
