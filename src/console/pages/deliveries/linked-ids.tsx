import type { ReactNode } from 'react';
import { TextLink } from '../../parts/parts.ts';

const deliveryId = /(dlv_[0-9a-z]{26})/;

/** A text in which each id of a delivery leads to its page. */
export function LinkedIds({ text }: { text: string }): ReactNode {
  const parts = text.split(deliveryId);
  // Ids stand at the odd places, and the same text is always cut in the same places.
  return parts.map((part, place) => {
    const key = `${place}${part}`;
    return place % 2 === 0 ? (
      <span key={key}>{part}</span>
    ) : (
      <TextLink key={key} to="/deliveries/$deliveryId" params={{ deliveryId: part }} inherit>
        {part}
      </TextLink>
    );
  });
}
