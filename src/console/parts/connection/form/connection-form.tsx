import { Box, Button, Flex, Group, Stack } from '@mantine/core';
import type { ReactNode } from 'react';
import { connectionFacts as facts } from '../../../data/schema-facts.ts';
import { connections as words } from '../../../messages/en.ts';
import { controlsOf } from '../../form/form-controls.tsx';
import { Note, Panel } from '../../parts.ts';
import { AdvancedFields } from './advanced-fields.tsx';
import { fieldsFor } from './authentication-draft.ts';
import { AuthenticationFields } from './authentication-fields.tsx';
import { baseUrlWithout, readBaseUrl } from './base-url.ts';
import { type ConnectionDraft, connectionFields, type FormProps, labels } from './connection-draft.ts';

const w = words.details;

/** `hasNoDestinations`: the path of a pasted URL can still move to the first one. */
type Props = FormProps & { hasNoDestinations: boolean };

/** The fields of Connection Details. */
export function ConnectionForm({ hasNoDestinations, ...form }: Props): ReactNode {
  const field = controlsOf({ ...connectionFields, ...fieldsFor(form.draft) }, facts, labels, form);
  return (
    <Stack>
      <Panel title={w.basics}>
        {field('name')}
        {field('description')}
        <Flex gap="sm" wrap="wrap">
          <Box flex="1 1 18rem">{field('baseUrl', { inputMode: 'url' })}</Box>
          <Box flex="0 1 9.5rem">{field('port', { inputMode: 'numeric' })}</Box>
        </Flex>
        <AddressHelp {...form} hasNoDestinations={hasNoDestinations} />
      </Panel>
      <Panel title={words.columns.auth}>
        {field('authType', { options: w.authTypes })}
        <AuthenticationFields {...form} field={field} />
      </Panel>
      <AdvancedFields {...form} field={field} />
    </Stack>
  );
}

function AddressHelp({ draft, hasNoDestinations, isDisabled, onChange }: Props): ReactNode {
  const { goesTo, port, hasQuery, path } = readBaseUrl(draft.baseUrl, draft.port);
  if (goesTo === null) return null;
  const offer = (label: string, change: Partial<ConnectionDraft>) =>
    isDisabled ? null : (
      <Button size="compact-sm" onClick={() => onChange(change)}>
        {label}
      </Button>
    );
  return (
    <Group gap="xs">
      <Note style={{ overflowWrap: 'anywhere' }}>{w.goesTo(goesTo)}</Note>
      {port !== null && draft.port === ''
        ? offer(w.movePort(port), { baseUrl: baseUrlWithout(draft.baseUrl, 'port'), port })
        : null}
      {hasNoDestinations && path !== null
        ? offer(w.movePath(path), { baseUrl: baseUrlWithout(draft.baseUrl, 'path'), firstPath: pathIn(draft.baseUrl) })
        : null}
      {draft.firstPath === '' ? null : <Note>{w.firstPath(draft.firstPath)}</Note>}
      {hasQuery ? offer(w.dropQuery, { baseUrl: baseUrlWithout(draft.baseUrl, 'query') }) : null}
    </Group>
  );
}

/** The path of a URL with its query, as a destination has it. */
function pathIn(address: string): string {
  const url = URL.parse(address.trim());
  return url === null ? '' : `${url.pathname}${url.search}`;
}
