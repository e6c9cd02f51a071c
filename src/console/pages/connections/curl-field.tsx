import { Alert, Text, Textarea } from '@mantine/core';
import type { ReactNode } from 'react';
import { connections as words } from '../../messages/en/connections.ts';
import { terms } from '../../messages/en/terms.ts';
import { Icon } from '../../parts/icon.tsx';
import { Panel } from '../../parts/panel.tsx';
import css from './connection-form.module.css';
import type { CurlRequest, CurlResult } from './curl-command.ts';
import { isSendable } from './curl-start.ts';
import { SummaryList } from './summary-list.tsx';

const w = words.curl;

type FieldProps = { text: string; result: CurlResult | null; onChange: (text: string) => void };

/** Where a cURL command is pasted, with what keeps it from being read. */
export function CurlField({ text, result, onChange }: FieldProps): ReactNode {
  return (
    <Panel title={w.command}>
      <Textarea
        label={w.label}
        description={w.hint}
        placeholder="curl https://api.example.com/orders -H 'Authorization: Bearer …' --json '{…}'"
        value={text}
        onChange={(event) => onChange(event.currentTarget.value)}
        error={result?.ok === false ? w.problems[result.problem] : undefined}
        autosize
        minRows={6}
        maxRows={20}
        spellCheck={false}
        autoComplete="off"
        classNames={{ input: css['code'] ?? '' }}
        data-autofocus
      />
    </Panel>
  );
}

type UnderstoodProps = {
  request: CurlRequest;
  text: string;
  rows: readonly (readonly [name: string, value: string])[];
  template: string | undefined;
};

/** What a command becomes, and what of it can't be taken over. */
export function CurlUnderstood({ request, text, rows, template }: UnderstoodProps): ReactNode {
  return (
    <Panel title={terms.result} text={text}>
      <SummaryList rows={rows} code={template === undefined ? null : { label: terms.template, text: template }} />
      {isSendable(request.method) ? null : <CurlNotice text={w.otherMethod(request.method)} />}
      {request.leftOut.length === 0 ? null : (
        <Alert color="orange" variant="light" icon={<Icon name="alert" />} title={w.leftOut}>
          <Text size="md" ff="monospace">
            {request.leftOut.join('  ')}
          </Text>
        </Alert>
      )}
    </Panel>
  );
}

/** Something to know before going on. */
export function CurlNotice({ text }: { text: string }): ReactNode {
  return (
    <Alert color="orange" variant="light" icon={<Icon name="alert" />}>
      <Text size="md">{text}</Text>
    </Alert>
  );
}
