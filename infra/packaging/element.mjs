/**
 * Builds the `<docs-chat>` element: of functions/widget/source it makes the scripts in functions/widget, which are served.
 *
 *   node infra/packaging/element.mjs [FOLDER]    writes to FOLDER instead
 *
 * The same sources and the same esbuild give the same bytes. What is loaded later has its hash in its name, by which the
 * first file asks for it; functions/widget/files.py computes the same hash.
 */

import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, transform } from "esbuild";

const WIDGET = resolve(dirname(fileURLToPath(import.meta.url)), "../../functions/widget");
const SOURCE = join(WIDGET, "source");
const BUILT = process.argv[2] ?? WIDGET;

/** The oldest browsers that it runs in: those of early 2023. */
const TARGET = ["chrome110", "firefox110", "safari16.4"];

/** Style sheets become text without blanks. */
const styles = {
  name: "styles",
  setup(build) {
    build.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await transform(await readFile(path, "utf-8"), { loader: "css", minify: true, target: TARGET });
      return { contents: code.trim(), loader: "text" };
    });
  },
};

/**
 * One file with its map beside it, whose address is known wherever the file is loaded from.
 *
 * @returns {Promise<string>} The file's text.
 */
async function one(entry, name, format, define = {}) {
  const { outputFiles } = await build({
    absWorkingDir: WIDGET,
    entryPoints: [join(SOURCE, entry)],
    outfile: join(BUILT, `${name}.js`),
    bundle: true,
    charset: "utf8",
    define,
    format,
    legalComments: "none",
    minify: true,
    plugins: [styles],
    sourcemap: "external",
    target: TARGET,
    write: false,
  });
  const [map, code] = outputFiles.toSorted((one) => (one.path.endsWith(".map") ? -1 : 1)).map((each) => each.text);
  const text = `${code.trimEnd()}\n//# sourceMappingURL=/docs-chat/${name}.js.map\n`;
  const shown = JSON.parse(map);
  shown.sources = shown.sources.map((each) => each.replace(/^.*?(?=source\/)/, ""));
  await writeFile(join(BUILT, `${name}.js`), text);
  await writeFile(join(BUILT, `${name}.js.map`), `${JSON.stringify(shown)}\n`);
  return text;
}

const hashed = (name, text) => `${name}-${createHash("sha256").update(text).digest("hex").slice(0, 8)}.js`;

await mkdir(BUILT, { recursive: true });
const languages = (await readdir(join(SOURCE, "languages")).catch(() => [])).map((each) => basename(each, ".js")).toSorted();
const later = [["more", "more/more.js"], ["accounts", "accounts/accounts.js"], ...languages.map((each) => [each, `languages/${each}.js`])];
const files = {};
for (const [name, entry] of later) files[name] = hashed(name, await one(entry, name, "esm"));
const first = await one("element.js", "docs-chat", "iife", { FILES: JSON.stringify(files) });
for (const [name] of [["docs-chat"], ...later]) {
  const text = name === "docs-chat" ? first : await readFile(join(BUILT, `${name}.js`));
  console.log(`${name.padEnd(10)} ${String(gzipSync(text, { level: 9 }).length).padStart(6)} bytes gzip`);
}
