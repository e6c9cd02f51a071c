import { Button, type ButtonProps } from '@mantine/core';
import { type ComponentProps, type ReactNode, useState } from 'react';
import type { CallInput, RouteResponse } from '../../../client/client.ts';
import type { RouteId } from '../../../contract/routes.ts';
import { useApi } from '../../data/data.ts';
import { ConfirmDialog } from './confirm-dialog.tsx';
import { notifyDone, notifyFailed } from './notify.ts';

type Props<Id extends RouteId> = {
  route: Id;
  input: CallInput<Id>;
  /** What is said when it is done, where the page does not show it anyway. */
  done?: string | ((answer: RouteResponse<Id>) => string);
  onDone?: (() => void) | undefined;
  /** Asks first; `cancel` is the harmless button, `children` the consequences. */
  confirm?:
    | Pick<ComponentProps<typeof ConfirmDialog>, 'title' | 'cancel' | 'isDangerous' | 'size' | 'children'>
    | undefined;
  children: string;
} & Omit<ButtonProps, 'children'> & { 'aria-label'?: string; 'data-key-retry'?: boolean; title?: string };

/** A button that calls one route and says how it went. */
export function ActButton<Id extends RouteId>(props: Props<Id>): ReactNode {
  const { route, input, done, onDone, confirm, children, ...look } = props;
  const call = useApi(route);
  const [isAsked, ask] = useState(false);
  async function run() {
    try {
      // Not with the callbacks of `mutate`, which are skipped when the change removes this button.
      const answer = await call.mutateAsync(input);
      if (done !== undefined) notifyDone(typeof done === 'string' ? done : done(answer));
      onDone?.();
    } catch (error) {
      notifyFailed(error);
    }
    ask(false);
  }
  return (
    <>
      <Button {...look} loading={call.isPending} onClick={() => (confirm === undefined ? void run() : ask(true))}>
        {children}
      </Button>
      {confirm === undefined ? null : (
        <ConfirmDialog
          {...confirm}
          isOpen={isAsked}
          verb={children}
          isBusy={call.isPending}
          onConfirm={() => void run()}
          onCancel={() => ask(false)}
        />
      )}
    </>
  );
}
