import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { apiQuery } from '../../data/api.ts';
import { connections as words } from '../../messages/en/connections.ts';
import { shell } from '../../messages/en/shell.ts';
import { Page } from '../../shell/page.tsx';

export function DestinationPage(): ReactNode {
  const { connectionId } = useParams({ from: '/shell/connections/$connectionId/destinations/$destinationId' });
  const connection = useQuery(apiQuery('getConnection', { params: { id: connectionId } })).data;
  return (
    <Page
      title={words.destinations.details}
      right="connections:view"
      crumbs={[
        { label: words.title, to: '/connections' },
        { label: connection?.name ?? words.one, to: '/connections/$connectionId', params: { connectionId } },
      ]}
    >
      <p>{shell.placeholder.text}</p>
    </Page>
  );
}
