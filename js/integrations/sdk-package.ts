/**
 * What the package.json of an installed SDK says: its version, and which files its ES module and
 * its CommonJS instance begin with. The two are different classes, and an app can have both.
 *
 * Reads files and imports nothing; what cannot be read or makes no sense is absent. Also used on
 * the loader thread of Node 20, so it must not import anything that is not as light as itself.
 */
import { readFileSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";

export interface SdkPackage {
  readonly folder: string;
  readonly version: string | undefined;
  readonly dependencies: readonly string[];
  /** The file that `import` gives, when it is an ES module. */
  readonly esm: string | undefined;
  /** The file that `require()` gives, when it is CommonJS. */
  readonly cjs: string | undefined;
}

type Json = Readonly<Record<string, unknown>>;

const OWN_CONDITIONS = Object.keys(process.versions).filter((name) =>
  ["bun", "deno"].includes(name),
);
const COMMON_CONDITIONS = [...OWN_CONDITIONS, "node", "node-addons", "module-sync", "default"];
const IMPORT = new Set(["import", ...COMMON_CONDITIONS]);
const REQUIRE = new Set(["require", ...COMMON_CONDITIONS]);

export function readSdkPackage(folder: string): SdkPackage | undefined {
  const manifest = readManifest(folder);
  if (manifest === undefined) return undefined;
  const { version, dependencies } = manifest;
  const imported = entryFile(folder, manifest, IMPORT);
  const required = entryFile(folder, manifest, REQUIRE);
  return {
    folder,
    version: typeof version === "string" ? version : undefined,
    dependencies: isObject(dependencies) ? Object.keys(dependencies) : [],
    esm: imported !== undefined && isEsModule(imported, folder) ? imported : undefined,
    cjs: required !== undefined && !isEsModule(required, folder) ? required : undefined,
  };
}

/** A folder's package.json; `undefined` where there is none that can be read. */
export function readManifest(folder: string): Json | undefined {
  try {
    const text = readFileSync(join(folder, "package.json"), "utf8");
    const content: unknown = JSON.parse(text.replace(/^\uFEFF/, ""));
    return isObject(content) ? content : undefined;
  } catch {
    return undefined;
  }
}

/** The folder of the package that a file in `node_modules` belongs to, if it is called `name`. */
export function folderInNodeModules(file: string, name: string): string | undefined {
  const inside = `/node_modules/${name}/`;
  const start = file.replaceAll("\\", "/").lastIndexOf(inside);
  return start === -1 ? undefined : file.slice(0, start + inside.length - 1);
}

function entryFile(
  folder: string,
  manifest: Json,
  conditions: ReadonlySet<string>,
): string | undefined {
  const { exports, main } = manifest;
  if (exports !== undefined && exports !== null) {
    const target = resolveTarget(mainExport(exports), conditions);
    return typeof target === "string" ? join(folder, target) : undefined;
  }
  const wanted = typeof main === "string" ? [main, `${main}.js`, join(main, "index.js")] : [];
  return [...wanted, "index.js"].map((path) => join(folder, path)).find(isFile);
}

function mainExport(exports: unknown): unknown {
  if (!isObject(exports)) return exports;
  return Object.keys(exports).some((key) => key.startsWith(".")) ? exports["."] : exports;
}

/** As Node does it: the first condition in the order of the package; `null` is a definite no. */
function resolveTarget(
  target: unknown,
  conditions: ReadonlySet<string>,
): string | null | undefined {
  if (typeof target === "string" || target === null) return target;
  if (Array.isArray(target)) {
    return target
      .map((each) => resolveTarget(each, conditions))
      .find((each) => typeof each === "string");
  }
  if (!isObject(target)) return undefined;
  for (const [condition, inner] of Object.entries(target)) {
    const found = conditions.has(condition) ? resolveTarget(inner, conditions) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

// The nearest package.json decides; packages put one without a name into `dist/esm`.
function isEsModule(file: string, packageFolder: string): boolean {
  if (file.endsWith(".mjs")) return true;
  if (!file.endsWith(".js")) return false;
  let folder = dirname(file);
  for (;;) {
    const manifest = readManifest(folder);
    if (manifest !== undefined) return manifest["type"] === "module";
    if (relative(packageFolder, folder) === "" || dirname(folder) === folder) return false;
    folder = dirname(folder);
  }
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
