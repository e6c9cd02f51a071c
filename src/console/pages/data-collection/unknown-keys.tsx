import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { dataCollection as words } from '../../messages/en/data-collection.ts';
import { Icon } from '../../parts/icon.tsx';
import { rejectedQuery } from './rejected.ts';
import css from './rejected-requests.module.css';

/** Says that something sends with keys that no collector has; nothing when all is well. */
export function UnknownKeys(): ReactNode {
  const { data } = useQuery(rejectedQuery());
  const count = data?.filter(({ collectorId }) => collectorId === null).length ?? 0;
  if (count === 0) return null;
  return (
    <div className={css['notice']} role="status">
      <Icon name="alert" />
      <strong>{words.unknownKeys(count)}</strong>
      <Text component="span">{words.unknownKeysText}</Text>
      <Link to="/data-collection/rejected" search={{ keys: 'unknown' }}>
        {words.unknownKeysLink}
      </Link>
    </div>
  );
}
