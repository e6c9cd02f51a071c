import { notifications } from '@mantine/notifications';
import { createElement } from 'react';
import { parts } from '../messages/en/parts.ts';
import { Icon } from './icon.tsx';
import { told } from './problem.tsx';

/** Says that something is done, in the corner, for a few seconds. */
export function notifyDone(message: string): void {
  notifications.show({
    message,
    color: 'green',
    icon: createElement(Icon, { name: 'check' }),
    closeButtonProps: { 'aria-label': parts.close },
  });
}

/** Says that something failed, and stays until it is closed. */
export function notifyFailed(error: unknown): void {
  const { title, detail, requestId } = told(error);
  notifications.show({
    title,
    message: requestId === null ? detail : `${detail} ${parts.requestId(requestId)}`,
    color: 'red',
    icon: createElement(Icon, { name: 'alert' }),
    autoClose: false,
    closeButtonProps: { 'aria-label': parts.close },
  });
}
