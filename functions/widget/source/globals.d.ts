/** Put in by the build: the names of the files that are loaded when they are needed. */
declare const FILES: Record<string, string>;

/** A style sheet is its text. */
declare module "*.css" {
  const text: string;
  export default text;
}
