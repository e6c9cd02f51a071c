import { Button, Code, Group, Skeleton, Stack, Text, Textarea, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { useApi, useApiQuery } from '../../data/api.ts';
import { fieldErrors } from '../../data/field-errors.ts';
import { dataCollection, parts, terms } from '../../messages/en.ts';
import { formatPercent } from '../../messages/format.ts';
import { useDraft } from '../../parts/form/use-draft.tsx';
import { ButtonLink, CopyIcon, Inspector, notifyDone, Problem } from '../../parts/parts.ts';
import { pathTo } from '../../parts/payload/member-path.ts';
import { type RuleUser, RuleUsers } from '../../parts/rules/rule-users.tsx';
import { useMay } from '../../session/rights.ts';
import type { Parameter } from './parameters-page.tsx';

const words = dataCollection.parameters;

type Props = { name: string; users: readonly RuleUser[]; onClose: () => void };

/** A parameter beside the list: description, examples, uses. */
export function ParameterInspector({ name, users, onClose }: Props): ReactNode {
  const { data, error, refetch } = useApiQuery('listParameters', { query: { name, limit: 200 } });
  const found = data?.data.find((one) => one.name === name);
  return (
    <Inspector title={name} shown={name} onClose={onClose}>
      {found !== undefined ? (
        <Details parameter={found} users={users} onDone={onClose} />
      ) : error !== null ? (
        <Problem error={error} onRetry={() => void refetch()} />
      ) : data === undefined ? (
        <Skeleton height={160} />
      ) : (
        <Text>{words.notFound(name)}</Text>
      )}
    </Inspector>
  );
}

type DetailsProps = { parameter: Parameter; users: readonly RuleUser[]; onDone: () => void };

function Details({ parameter, users, onDone }: DetailsProps): ReactNode {
  const { name, description, type, share, lastSeenAt, examples } = parameter;
  const { value, set, isDirty, notice, forget } = useDraft(`parameter.${name}`, { description });
  const change = useApi('changeParameter');
  const mayManage = useMay('parameters:manage');
  const { description: told } = fieldErrors(change.error);
  const path = pathTo('it.data[0]', name, false);
  function save() {
    const onSuccess = () => {
      forget();
      notifyDone(terms.saved(name));
      onDone();
    };
    change.mutate({ params: { name }, body: value }, { onSuccess });
  }
  return (
    <>
      <Text c="dimmed">
        {words.types[type]} · {lastSeenAt === null ? words.seenNever : terms.seenIn(formatPercent(share))}
      </Text>
      {notice}
      <Textarea
        label={terms.description}
        description={words.descriptionHint}
        value={value.description}
        onChange={(event) => set({ description: event.currentTarget.value })}
        error={told}
        disabled={!mayManage}
        autosize
        minRows={3}
      />
      {change.error !== null && told === undefined ? <Problem error={change.error} /> : null}
      <Group gap="xs">
        <Button variant="filled" loading={change.isPending} disabled={!mayManage || !isDirty} onClick={save}>
          {terms.save}
        </Button>
        <ButtonLink to="/events" search={{ parameter: name }}>
          {words.events}
        </ButtonLink>
      </Group>
      <Title order={3}>{words.columns.examples}</Title>
      {examples.length === 0 ? (
        <Text c="dimmed">{terms.noneYet}</Text>
      ) : (
        <Stack component="ul" gap={4}>
          {examples.map((example) => (
            <li key={example}>
              <Copied text={example} label={words.copyExample(example)} />
            </li>
          ))}
        </Stack>
      )}
      <Title order={3}>{words.inTemplates}</Title>
      <Copied text={path} label={parts.payload.copyPath(path)} />
      <Title order={3}>{terms.usedBy}</Title>
      <RuleUsers users={users} />
    </>
  );
}

function Copied({ text, label }: { text: string; label: string }): ReactNode {
  return (
    <Group gap={4} wrap="nowrap" mih={24}>
      <Code style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' }}>{text}</Code>
      <CopyIcon text={text} label={label} />
    </Group>
  );
}
