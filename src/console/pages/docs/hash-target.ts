import { useLocation } from '@tanstack/react-router';
import { useEffect } from 'react';

/** Scrolls to the part that the address names behind `#`, once the page is there. */
export function useHashTarget(isThere: boolean): void {
  const { hash } = useLocation();
  useEffect(() => {
    if (isThere && hash !== '') document.getElementById(hash)?.scrollIntoView();
  }, [hash, isThere]);
}
