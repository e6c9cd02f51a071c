// Imported from its file, because the index of the package loads 100 files that are not used here.
declare module 'undici/lib/dispatcher/client.js' {
  export { Client as default } from 'undici';
}
