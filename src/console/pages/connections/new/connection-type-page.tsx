import { Box, Group, Text, TextInput, Title } from '@mantine/core';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { connections as words } from '../../../messages/en/connections.ts';
import { terms } from '../../../messages/en/terms.ts';
import { Icon, type IconName } from '../../../parts/icon.tsx';
import cards from '../../../parts/link-cards.module.css';
import { presetGroups, presetsLike } from '../../../presets/presets.ts';
import { Page } from '../../../shell/page.tsx';
import { connectionKind } from '../connection-kind.ts';

const w = words.cards;

export function ConnectionTypePage(): ReactNode {
  const { filter = '' } = useSearch({ from: '/shell/connections/new' });
  const navigate = useNavigate({ from: '/connections/new' });
  const found = presetsLike(filter);
  return (
    <Page title={terms.newConnection} lead={w.lead} right="connections:manage" crumbs={connectionKind.crumbs}>
      <section aria-label={w.title}>
        <Title order={2} mb="xs">
          {w.title}
        </Title>
        <ul className={cards['cards']}>
          <Card to="/connections/new/webhook" icon="webhook" name={w.webhook} text={w.webhookText} />
          <Card to="/connections/new/curl" icon="code" name={w.curl} text={w.curlText} />
          <Card to="/settings" search={{ tab: 'transfer' }} icon="import" name={w.file} text={w.fileText} />
        </ul>
      </section>
      <Box component="section" aria-label={w.presets} mt="xl">
        <Group justify="space-between" align="end" mb="xs">
          <div>
            <Title order={2}>{w.presets}</Title>
            <Text c="dimmed">{w.presetsText}</Text>
          </div>
          <TextInput
            aria-label={w.search}
            placeholder={w.search}
            leftSection={<Icon name="search" size={14} />}
            data-key-filter
            value={filter}
            onChange={({ currentTarget: { value } }) =>
              void navigate({ search: { filter: value === '' ? undefined : value }, replace: true })
            }
          />
        </Group>
        <Text c="dimmed" size="sm" role="status" mb="xs">
          {w.found(found.length)}
        </Text>
        {presetGroups
          .filter((group) => found.some((one) => one.group === group))
          .map((group) => (
            <section key={group} aria-label={w.groups[group]}>
              <Title order={3} mt="lg" mb="xs">
                {w.groups[group]}
              </Title>
              <ul className={cards['cards']}>
                {found
                  .filter((one) => one.group === group)
                  .map(({ id, name, about, authentication: { type }, destinations }) => (
                    <Card
                      key={id}
                      to="/connections/new/webhook"
                      search={{ preset: id }}
                      name={name}
                      text={about}
                      note={w.presetSums(words.details.authTypes[type], destinations.length)}
                    />
                  ))}
              </ul>
            </section>
          ))}
      </Box>
    </Page>
  );
}

type CardProps = {
  to: '/connections/new/webhook' | '/connections/new/curl' | '/settings';
  search?: Record<string, string>;
  /** Without one, the initial of the name. */
  icon?: IconName;
  name: string;
  text: string;
  note?: string;
};

function Card({ to, search = {}, icon, name, text, note }: CardProps): ReactNode {
  return (
    <li>
      <Link to={to} search={search as never} className={cards['card'] ?? ''}>
        <Group gap="sm" align="start" wrap="nowrap">
          <span className={cards['icon']} aria-hidden="true">
            {icon === undefined ? name.charAt(0) : <Icon name={icon} size={22} />}
          </span>
          <div>
            <div className={cards['name']}>{name}</div>
            <Text c="dimmed" size="sm">
              {text}
            </Text>
            {note === undefined ? null : (
              <Text c="dimmed" size="xs">
                {note}
              </Text>
            )}
          </div>
        </Group>
      </Link>
    </li>
  );
}
