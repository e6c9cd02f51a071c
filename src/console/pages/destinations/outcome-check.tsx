import { Button, Group, Text } from '@mantine/core';
import { Fragment, type ReactNode } from 'react';
import type { Answer } from '../../../client/client.ts';
import { rights } from '../../../contract/accounts/rights.ts';
import { useApi } from '../../data/api.ts';
import { destinations, terms } from '../../messages/en.ts';
import { Note, Problem, ShortTable, TextLink, Time } from '../../parts/parts.ts';
import { useMay } from '../../session/rights.ts';
import { bodyOf, type DestinationDraft } from './destination-draft.ts';

const words = destinations.outcomes.check;

type Row = Answer<'checkOutcomes'>['rows'][number];

/** Compares the rules of a draft with the saved ones, on past responses of the destination. */
export function OutcomeCheck({ destinationId, draft }: { destinationId: string; draft: DestinationDraft }): ReactNode {
  const check = useApi('checkOutcomes', { isRead: true });
  const maySee = useMay('payloads:view');
  const mayLook = useMay('deliveries:view');
  if (!maySee || !mayLook) return <Note>{words.noRight(rights[maySee ? 'deliveries:view' : 'payloads:view'])}</Note>;
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
        <Button size="xs" loading={check.isPending} onClick={run}>
          {words.run}
        </Button>
        <Note role="status">{data === undefined ? words.text : words.sum(data.checked, data.changed)}</Note>
      </Group>
      <Problem error={error} />
      {data === undefined || data.checked === 0 ? null : (
        <ShortTable
          label={words.title}
          minWidth={420}
          maxHeight={320}
          head={[terms.response, words.saved, words.draft]}
          rows={data.rows.map(({ attemptId, deliveryId, status, startedAt, before, after, changed }) => ({
            key: attemptId,
            cells: [
              <Fragment key="response">
                <TextLink to="/deliveries/$deliveryId" params={{ deliveryId }}>
                  {terms.http(status)}
                </TextLink>{' '}
                <Note span>
                  <Time at={startedAt} />
                </Note>
              </Fragment>,
              meaning(before),
              <Text key="draft" span size="sm" {...(changed ? { fw: 600, c: 'var(--console-warn)' } : { c: 'dimmed' })}>
                {changed ? meaning(after) : words.same}
              </Text>,
            ],
          }))}
        />
      )}
    </>
  );
}

function meaning({ outcome, rule }: Row['after']): string {
  const said = destinations.outcomes.outcomes[outcome];
  return rule === null ? said : words.byRule(said, rule + 1);
}
