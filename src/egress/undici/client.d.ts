// Without what else the package's index loads, 100 files that nothing here uses.
declare module 'undici/lib/dispatcher/client.js' {
  export { Client as default } from 'undici';
}
