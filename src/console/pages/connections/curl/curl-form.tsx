import { Alert, Button, Code, Group, Stack, Text, Textarea } from '@mantine/core';
import { type ReactNode, useEffect, useMemo, useState } from 'react';
import { connections as words } from '../../../messages/en/connections.ts';
import { parts } from '../../../messages/en/parts.ts';
import { terms } from '../../../messages/en/terms.ts';
import { Facts } from '../../../parts/facts.tsx';
import css from '../../../parts/form/form.module.css';
import { Icon } from '../../../parts/icon.tsx';
import { Panel } from '../../../parts/panel.tsx';
import { type CurlRequest, readCurl } from './curl-command.ts';
import { isSendable } from './curl-start.ts';

const w = words.curl;

let handed = '';

/**
 * Hands a cURL command over to the page that makes a connection of it. It is kept in memory only: a command has secrets,
 * which must not be in the address or the history of the browser.
 */
export function handCurl(command: string): void {
  handed = command;
}

type Props<Made> = {
  /** What the command becomes; null: it can't become that. A function that stays the same. */
  madeOf: (request: CurlRequest) => Made | null;
  /** The same for people: a sentence, and what is taken over. */
  text: string;
  rowsOf: (made: Made) => readonly (readonly [name: string, value: string])[];
  templateOf: (made: Made) => string | undefined;
  /** More about the command. */
  children?: (request: CurlRequest, made: Made | null, command: string) => ReactNode;
  onUse: (made: Made) => void;
  onCancel: () => void;
};

/** A cURL command is pasted, what it becomes is shown, and `onUse` continues with that. */
export function CurlForm<Made>(props: Props<Made>): ReactNode {
  const { madeOf } = props;
  const [command, write] = useState(handed);
  useEffect(() => handCurl(''), []);
  const result = useMemo(() => (command.trim() === '' ? null : readCurl(command)), [command]);
  const request = result?.ok === true ? result.request : null;
  const made = useMemo(() => request && madeOf(request), [request, madeOf]);
  const template = made === null ? undefined : props.templateOf(made);
  return (
    <Stack>
      <Panel title={w.command}>
        <Textarea
          label={w.label}
          description={w.hint}
          placeholder="curl https://api.example.com/orders -H 'Authorization: Bearer …' --json '{…}'"
          value={command}
          onChange={(event) => write(event.currentTarget.value)}
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
      {request === null || made === null ? null : (
        <Panel title={terms.result} text={props.text}>
          <Facts facts={props.rowsOf(made)} />
          {template === undefined ? null : (
            <div>
              <Text size="sm" fw={550} mb={4}>
                {terms.template}
              </Text>
              <Code block mah="22rem" tabIndex={0} style={{ overflow: 'auto' }}>
                {template}
              </Code>
            </div>
          )}
          {isSendable(request.method) ? null : <CurlNotice text={w.otherMethod(request.method)} />}
          {request.leftOut.length === 0 ? null : (
            <CurlNotice title={w.leftOut} text={request.leftOut.join('  ')} isCode />
          )}
        </Panel>
      )}
      {request === null ? null : props.children?.(request, made, command)}
      <Group>
        <Button disabled={made === null} onClick={() => made !== null && props.onUse(made)}>
          {terms.continue}
        </Button>
        <Button variant="subtle" color="gray" onClick={props.onCancel}>
          {parts.cancel}
        </Button>
      </Group>
    </Stack>
  );
}

type NoticeProps = { title?: string; text: string; isCode?: boolean; children?: ReactNode };

/** Something to know before continuing. */
export function CurlNotice({ title, text, isCode = false, children }: NoticeProps): ReactNode {
  return (
    <Alert color="orange" variant="light" icon={<Icon name="alert" />} title={title} role="status">
      <Text size="md" {...(isCode ? { ff: 'monospace' } : {})}>
        {text}
      </Text>
      {children}
    </Alert>
  );
}
