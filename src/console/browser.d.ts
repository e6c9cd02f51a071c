// What the build understands beside TypeScript.
declare module '*.module.css' {
  const classes: Readonly<Record<string, string>>;
  export default classes;
}
declare module '*.css' {}
declare module '*.svg' {
  const address: string;
  export default address;
}
interface ImportMeta {
  glob<T>(patterns: string[], options: { query: string; import: string; eager: true }): Record<string, T>;
  glob<T>(patterns: string[], options: { query: string; import: string }): Record<string, () => Promise<T>>;
}
