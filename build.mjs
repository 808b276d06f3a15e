// Builds static/dist: every bundle of scripts and styles, and one sprite of the icons in use. `node build.mjs [--watch]`
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const OUT = "static/dist";

// One line per bundle: static/dist gets its name without the folder. Help-seekers load public and visit, nothing else.
const BUNDLES = [
  "rinnalla/core/frontend/public.css",
  "rinnalla/core/frontend/public.ts",
  "rinnalla/core/frontend/calendar.css",
  "rinnalla/config/frontend/staff.css",
  "rinnalla/config/frontend/staff.ts",
  "rinnalla/chat/frontend/visit.ts",
];
// One name of an outline icon (tabler.io/icons) per line; `#` begins a comment.
const ICONS = "rinnalla/core/frontend/icons.txt";
// The oldest browsers that help-seekers are known to come with: phones of 2020.
const TARGET = ["es2020", "safari14.1", "firefox78", "chrome80"];

/** Lets a stylesheet import .scss (Tabler's sources); loaded only when one does. */
const sass = {
  name: "sass",
  setup(build) {
    build.onLoad({ filter: /\.scss$/ }, async ({ path }) => {
      const { compile } = await import("sass");
      const result = compile(path, { loadPaths: ["node_modules"], quietDeps: true, logger: { warn() {}, debug() {} } });
      return { contents: result.css, loader: "css", watchFiles: result.loadedUrls.map((url) => fileURLToPath(url)) };
    });
  },
};

function readIcons() {
  const lines = readFileSync(ICONS, "utf8").split("\n");
  return [...new Set(lines.map((line) => line.replace(/#.*/, "").trim()).filter(Boolean))].sort();
}

/** The sprite: <svg class="icon"><use href=".../icons.svg#name"/></svg> takes the colour and the size of its surroundings. */
function writeSprite() {
  const symbols = readIcons().map((name) => {
    const file = `node_modules/@tabler/icons/icons/outline/${name}.svg`;
    if (!existsSync(file)) throw new Error(`${ICONS} names ${name}, and Tabler has no such icon`);
    const drawing = readFileSync(file, "utf8").replace(/<!--[^]*?-->/g, "");
    const shapes = drawing.slice(drawing.indexOf(">", drawing.indexOf("<svg")) + 1, drawing.lastIndexOf("</svg>"));
    // Tabler begins each drawing with an empty square that only reserves the area; viewBox does that here.
    const paths = shapes.replace(/<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*\/>/g, "").replace(/\s*\n\s*/g, "");
    return (
      `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" ` +
      `stroke-linecap="round" stroke-linejoin="round">${paths}</symbol>`
    );
  });
  writeFileSync(`${OUT}/icons.svg`, `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`);
}

const watch = process.argv.includes("--watch");
for (const file of [...BUNDLES, ICONS]) if (!existsSync(file)) throw new Error(`build: ${file} is missing`);

rmSync(OUT, { recursive: true, force: true });
mkdirSync(OUT, { recursive: true });
writeSprite();

const context = await esbuild.context({
  entryPoints: BUNDLES.map((file) => ({ in: file, out: basename(file).replace(/\.\w+$/, "") })),
  outdir: OUT,
  bundle: true,
  minify: !watch,
  sourcemap: watch && "inline",
  format: "iife",
  target: TARGET,
  assetNames: "[name]-[hash]",
  loader: { ".woff2": "file", ".svg": "file" },
  legalComments: "linked",
  logLevel: "warning",
  logLimit: 3,
  plugins: [sass],
});
if (watch) {
  await context.watch();
  console.log(`build: watching; ${ICONS} is read once, at the start`);
} else {
  await context.rebuild();
  await context.dispose();
}
