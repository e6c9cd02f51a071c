import { Button, Group, Table, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Answer } from '../../../client/client.ts';
import { rights } from '../../../contract/accounts/rights.ts';
import { useApi } from '../../data/api.ts';
import { destinations } from '../../messages/en/destinations.ts';
import { terms } from '../../messages/en/terms.ts';
import { TextLink } from '../../parts/links.tsx';
import { Problem } from '../../parts/problem.tsx';
import { Time } from '../../parts/time.tsx';
import { useMay } from '../../session/rights.ts';
import { bodyOf, type DestinationDraft } from './destination-draft.ts';

const words = destinations.outcomes.check;

type Row = Answer<'checkOutcomes'>['rows'][number];

/** Compares the rules of a draft with the saved ones, on past responses of the destination. */
export function OutcomeCheck({ destinationId, draft }: { destinationId: string; draft: DestinationDraft }): ReactNode {
  const check = useApi('checkOutcomes', { isRead: true });
  const maySee = useMay('payloads:view');
  const mayLook = useMay('deliveries:view');
  if (!maySee || !mayLook)
    return (
      <Text size="sm" c="dimmed">
        {words.noRight(rights[maySee ? 'deliveries:view' : 'payloads:view'])}
      </Text>
    );
  const { settings } = bodyOf(draft);
  const run = () =>
    check.mutate({
      params: { id: destinationId },
      body: { draft: { settings: { outcomes: settings?.outcomes ?? [] } } },
    });
  const { data, error } = check;
  return (
    <>
      <Group gap="sm">
        <Button variant="default" size="xs" loading={check.isPending} onClick={run}>
          {words.run}
        </Button>
        <Text size="sm" c="dimmed" role="status">
          {data === undefined ? words.text : words.sum(data.checked, data.changed)}
        </Text>
      </Group>
      <Problem error={error} />
      {data === undefined || data.checked === 0 ? null : (
        <Table.ScrollContainer minWidth={420} maxHeight={320} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
          <Table verticalSpacing={4} aria-label={words.title}>
            <Table.Thead>
              <Table.Tr>
                {[terms.response, words.saved, words.draft].map((name) => (
                  <Table.Th key={name} scope="col">
                    {name}
                  </Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {data.rows.map(({ attemptId, deliveryId, status, startedAt, before, after, changed }) => (
                <Table.Tr key={attemptId}>
                  <Table.Th scope="row">
                    <TextLink to="/deliveries/$deliveryId" params={{ deliveryId }}>
                      {terms.http(status)}
                    </TextLink>{' '}
                    <Text span size="sm" c="dimmed">
                      <Time at={startedAt} />
                    </Text>
                  </Table.Th>
                  <Table.Td>{meaning(before)}</Table.Td>
                  <Table.Td>
                    <Text span size="sm" {...(changed ? { fw: 600, c: 'var(--console-warn)' } : { c: 'dimmed' })}>
                      {changed ? meaning(after) : words.same}
                    </Text>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
    </>
  );
}

function meaning({ outcome, rule }: Row['after']): string {
  const said = destinations.outcomes.outcomes[outcome];
  return rule === null ? said : words.byRule(said, rule + 1);
}
