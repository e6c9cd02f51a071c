import { Group, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { RouteResponse } from '../../../client/client.ts';
import { curlCommand } from '../../../contract/documents/curl.ts';
import { useApiQuery } from '../../data/data.ts';
import { destinations, formatDuration, outcomes, terms } from '../../messages/en.ts';
import { useMay } from '../../session/rights.ts';
import { CopyButton, Facts, StatusBadge, TextLink } from '../parts.ts';
import { Exchange } from '../payload/exchange.tsx';
import type { Sample } from './picked-event.ts';
import { Failed } from './request-tab.tsx';

const words = destinations.test;

type Props = {
  test: RouteResponse<'testDestination'> | null;
  tried: { sample: Sample | null };
  action: RouteResponse<'getAction'> | null;
  onGoTo?: (line: number, column: number) => void;
};

/** The result of a test: its outcome, the request as sent, the response, and the timings. */
export function ResponseTab({ test, tried, action, onGoTo }: Props): ReactNode {
  const rules = useRules(action, tried);
  const token = useTokenUse(test);
  if (test === null) return <Text c="dimmed">{words.none}</Text>;
  const attempt = test.attemptLog?.at(-1);
  return (
    <Stack gap="sm">
      <Facts
        facts={[
          [
            terms.result,
            <>
              <StatusBadge status={test.status} /> {test.reason === null ? '' : outcomes.reason[test.reason].short}
            </>,
          ],
          ...(token === null ? [] : [[words.token, token] as const]),
          ...(rules === null ? [] : [[words.rules, rules] as const]),
        ]}
      />
      {attempt?.request == null && test.detail !== null ? (
        <Failed result={{ reason: test.detail }} onGoTo={onGoTo} />
      ) : null}
      {attempt === undefined ? null : (
        <Exchange
          request={attempt.request}
          response={attempt.response}
          error={attempt.error}
          timings={attempt.timings}
        />
      )}
      <Group gap="xs">
        {attempt?.request == null ? null : <CopyButton text={curlCommand(attempt.request)} label={terms.copyCurl} />}
        <TextLink to="/deliveries/$deliveryId" params={{ deliveryId: test.id }} size="sm">
          {words.open}
        </TextLink>
      </Group>
    </Stack>
  );
}

/** Whether the access token was fetched for the request or cached; null: there is none. */
function useTokenUse(test: Props['test']): string | null {
  const may = useMay('connections:view');
  const { data } = useApiQuery(
    'getConnection',
    { params: { id: test?.connectionId ?? '' } },
    { enabled: may && test !== null },
  );
  const attempt = test?.attemptLog?.at(-1);
  if (attempt?.request == null) return null;
  const { tokenMs } = attempt.timings;
  if (tokenMs !== null) return words.tokenTook(formatDuration(tokenMs));
  return data?.auth.type === 'oauth2' ? words.tokenKept : null;
}

/** Whether the rules of the action match the event; null: not known. */
function useRules(action: Props['action'], { sample }: Props['tried']): string | null {
  const { eventId, event } = sample ?? {};
  const tried = eventId !== undefined ? { eventId } : event !== undefined ? { event } : null;
  const { data } = useApiQuery(
    'checkCondition',
    { body: { condition: action?.rules ?? { all: [] }, ...tried } },
    { enabled: action !== null && tried !== null },
  );
  if (data === undefined || action === null) return null;
  return data.matched ? words.rulesMatch(action.name) : words.rulesDiffer(action.name);
}
