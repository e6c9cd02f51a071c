import { Button, Code, Drawer, Group, Skeleton, Stack, Text, Textarea, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { apiQuery, useApi } from '../../data/api.ts';
import { fieldErrors } from '../../data/field-errors.ts';
import { dataCollection } from '../../messages/en/data-collection.ts';
import { parts } from '../../messages/en/parts.ts';
import { terms } from '../../messages/en/terms.ts';
import { formatPercent } from '../../messages/format.ts';
import { CopyIcon } from '../../parts/copy-button.tsx';
import { notifyDone } from '../../parts/notify.ts';
import { pathTo } from '../../parts/payload/member-path.ts';
import { Problem } from '../../parts/problem.tsx';
import { useMay } from '../../session/rights.ts';
import type { User } from './parameter-uses.ts';
import type { Parameter } from './parameters-page.tsx';
import { Users } from './used-by.tsx';

const words = dataCollection.parameters;

type Props = { name: string; users: readonly User[]; onClose: () => void };

/** A parameter beside the list: description, examples, uses. */
export function ParameterDrawer({ name, users, onClose }: Props): ReactNode {
  const { data, error, refetch } = useQuery(apiQuery('listParameters', { query: { name, limit: 200 } }));
  const found = data?.data.find((one) => one.name === name);
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size="md"
      title={name}
      closeButtonProps={{ 'aria-label': terms.close }}
    >
      {found !== undefined ? (
        <Details parameter={found} users={users} onDone={onClose} />
      ) : error !== null ? (
        <Problem error={error} onRetry={() => void refetch()} />
      ) : data === undefined ? (
        <Skeleton height={160} />
      ) : (
        <Text>{words.notFound(name)}</Text>
      )}
    </Drawer>
  );
}

type DetailsProps = { parameter: Parameter; users: readonly User[]; onDone: () => void };

function Details({ parameter, users, onDone }: DetailsProps): ReactNode {
  const { name, description, type, share, lastSeenAt, examples } = parameter;
  const [text, write] = useState(description);
  const change = useApi('changeParameter');
  const mayManage = useMay('parameters:manage');
  const told = fieldErrors(change.error);
  const path = pathTo('it.data[0]', name, false);
  return (
    <Stack gap="lg">
      <Text c="dimmed">
        {words.types[type]} · {lastSeenAt === null ? words.seenNever : words.seen(formatPercent(share))}
      </Text>
      <Stack gap="xs">
        <Textarea
          label={terms.description}
          description={words.descriptionHint}
          value={text}
          onChange={(event) => write(event.currentTarget.value)}
          error={told['description']}
          disabled={!mayManage}
          autosize
          minRows={3}
          data-autofocus
        />
        {change.error !== null && told['description'] === undefined ? <Problem error={change.error} /> : null}
        <Group gap="xs">
          <Button
            loading={change.isPending}
            disabled={!mayManage || text === description}
            onClick={() =>
              change.mutate(
                { params: { name }, body: { description: text } },
                {
                  onSuccess() {
                    notifyDone(terms.saved(name));
                    onDone();
                  },
                },
              )
            }
          >
            {terms.save}
          </Button>
          <Button variant="default" component={Link} to="/events" search={{ parameter: name } as never}>
            {words.events}
          </Button>
        </Group>
      </Stack>
      <Part title={dataCollection.parameters.columns.examples}>
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
      </Part>
      <Part title={words.inTemplates}>
        <Copied text={path} label={parts.payload.copyPath(path)} />
      </Part>
      <Part title={terms.usedBy}>
        {users.length === 0 ? <Text c="dimmed">{terms.notUsed}</Text> : <Users users={users} />}
      </Part>
    </Stack>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }): ReactNode {
  return (
    <div>
      <Title order={3} mb={6}>
        {title}
      </Title>
      {children}
    </div>
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
