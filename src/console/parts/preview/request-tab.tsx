import { Button, Group, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { RouteResponse } from '../../../client/client.ts';
import { fieldErrors } from '../../data/data.ts';
import { destinations, terms } from '../../messages/en.ts';
import { Icon, InWords, Note, Problem, toneColor } from '../parts.ts';
import { ExchangeRequest } from '../payload/exchange.tsx';

const words = destinations.preview;

type Props = {
  request: {
    data: RouteResponse<'previewDestination'> | undefined;
    error: Error | null;
    isFetching: boolean;
    run: () => void;
  };
  hasErrors: boolean;
  /** Goes to a place of the template, where it is on the page. */
  onGoTo?: (line: number, column: number) => void;
};

/** The request that would be sent, or why none would. */
export function RequestTab({ request: query, hasErrors, onGoTo }: Props): ReactNode {
  const { data, error, run, isFetching } = query;
  const told = Object.entries(fieldErrors(error));
  if (error !== null && !hasErrors && told.length > 0)
    return (
      <div>
        <Text>{words.fields}</Text>
        <ul>
          {told.map(([path, message]) => (
            <li key={path}>
              <InWords text={`\`${path}\`: ${message}`} />
            </li>
          ))}
        </ul>
      </div>
    );
  if (error !== null && !hasErrors) return <Problem error={error} onRetry={run} />;
  // Of a template with errors the last request that could be made is shown, if there was one.
  if (data === undefined || (hasErrors && data.request === null))
    return <Text c="dimmed">{hasErrors ? words.notYet : terms.rendering}</Text>;
  const { request, result, warnings } = data;
  return (
    <Stack gap="sm" aria-busy={isFetching}>
      {hasErrors ? <Said tone="warn" text={words.notNow} /> : null}
      {result.kind === 'skipped' ? <Said tone="calm" text={words.skipped(result.reason)} /> : null}
      {result.kind === 'failed' ? <Failed result={result} onGoTo={onGoTo} /> : null}
      {request === null ? null : (
        <>
          {hasErrors ? null : <BodyCheck body={request.body} headers={request.headers} />}
          <ExchangeRequest request={request} />
        </>
      )}
      {warnings.map((text) => (
        <Note key={text}>{text}</Note>
      ))}
    </Stack>
  );
}

/** The error of a template and its place, with a button that goes there where `onGoTo` can. */
export function Failed({
  result: { reason, line, column = 1 },
  onGoTo,
}: {
  result: { reason: string; line?: number | undefined; column?: number | undefined };
  onGoTo?: Props['onGoTo'] | undefined;
}): ReactNode {
  if (line === undefined) return <Said tone="bad" text={words.failed(reason)} />;
  return (
    <Group gap="xs">
      <Said tone="bad" text={words.failed(onGoTo === undefined ? terms.at(reason, line, column) : reason)} />
      {onGoTo === undefined ? null : (
        <Button size="compact-sm" onClick={() => onGoTo(line, column)}>
          {terms.goTo(line, column)}
        </Button>
      )}
    </Group>
  );
}

/** A sentence with the icon and colour of its tone. */
export function Said({ tone, text }: { tone: 'good' | 'bad' | 'warn' | 'calm'; text: string }): ReactNode {
  const icon = { good: 'check', bad: 'cross', warn: 'alert', calm: 'skip' } as const;
  return (
    <Group gap={6} wrap="nowrap" c={toneColor(tone)} fw={550} style={{ overflowWrap: 'anywhere' }}>
      <Icon name={icon[tone]} size={14} />
      <span>
        <InWords text={text} />
      </span>
    </Group>
  );
}

/** Whether a JSON body is valid JSON, and if not, why. */
function BodyCheck({ body, headers }: { body: string | null; headers: readonly (readonly [string, string])[] }) {
  const type = headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? '';
  if (body === null || !/\bjson\b/i.test(type) || /ndjson/i.test(type)) return null;
  try {
    JSON.parse(body);
    return <Said tone="good" text={words.validJson} />;
  } catch (error) {
    return <Said tone="bad" text={words.notJson(error instanceof Error ? error.message : '')} />;
  }
}
