import { Button, Stack } from '@mantine/core';
import type { ErrorComponentProps } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { shell } from '../messages/en.ts';
import { PlainLink, Problem } from '../parts/parts.ts';
import { Page } from './page.tsx';

export function NotFoundPage(): ReactNode {
  return (
    <Page title={shell.notFound.title} lead={shell.notFound.text}>
      <PlainLink to="/">{shell.notFound.to(shell.pages.home)}</PlainLink>
    </Page>
  );
}

/** What is shown instead of a page that threw, or whose code could not be loaded. */
export function FailedPage({ error }: ErrorComponentProps): ReactNode {
  return (
    <Page title={shell.failed.title}>
      <Stack align="flex-start">
        <Problem error={error} />
        <Button onClick={() => location.reload()}>{shell.failed.reload}</Button>
      </Stack>
    </Page>
  );
}
