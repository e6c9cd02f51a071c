import './theme/styles.ts';
import { setNonce } from 'get-nonce';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { watchFocus } from './parts/parts.ts';
import { takeTokenFromAddress } from './session/session.ts';
import { styleNonce } from './theme/nonce.ts';

// Style elements that components make must carry the nonce of the page's policy.
setNonce(styleNonce());
takeTokenFromAddress();
watchFocus();

const root = document.getElementById('root');
if (root === null) throw new Error('The page has no #root.');
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
