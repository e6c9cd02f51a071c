import { useLocation } from '@tanstack/react-router';
import { useEffect } from 'react';

/** Scrolls to the part that the address names behind `#`, once the page is there; answers its id. */
export function useHashTarget(): string {
  const { hash } = useLocation();
  useEffect(() => {
    if (hash !== '') document.getElementById(hash)?.scrollIntoView();
  }, [hash]);
  return hash;
}
