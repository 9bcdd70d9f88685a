// The declarations that users compile against: in an app of its own, with nothing skipped, by each
// compiler and each way of finding modules. `fixtures/` are the programs; each call there says the
// exact type that it has, each mistake that it is one.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { after, before, test } from "node:test";

import { type App, makeApp } from "../support/app.js";
import { projectRoot } from "../support/project.js";
import { runProgram } from "../support/subprocess.js";
import { compile, COMPILERS, type Compiler } from "../support/typescript.js";

const FIXTURES = join(projectRoot, "__tests__", "types", "fixtures");
const COMPILER_NAMES = Object.keys(COMPILERS) as Compiler[];

const RESOLUTIONS = [
  ["node16", "node16"],
  ["nodenext", "nodenext"],
  ["bundler", "esnext"],
] as const;

/** As strict as a user can be, and without types of Node's or the DOM's to lean on. */
const STRICT = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noPropertyAccessFromIndexSignature: true,
  verbatimModuleSyntax: true,
  isolatedModules: true,
  skipLibCheck: false,
  noEmit: true,
  target: "es2022",
  lib: ["es2022"],
  types: [],
};

/** OpenTelemetry's API wants a console; any will do. */
const GLOBALS = `
  declare const console: Record<
    "debug" | "error" | "info" | "log" | "trace" | "warn",
    (...data: unknown[]) => void
  >;
`;

const manifest = JSON.parse(readFileSync(join(projectRoot, "package.json"), "utf8")) as {
  name: string;
  exports: Record<string, string | { types: string }>;
};

/** Everything that can be imported, as users write it, and where its declarations are. */
const entries = Object.entries(manifest.exports).flatMap(([subpath, target]) => {
  if (typeof target === "string") return [];
  return [{ specifier: join(manifest.name, subpath).replaceAll("\\", "/"), types: target.types }];
});

let app: App;

before(async () => {
  app = await makeApp();
  for (const file of readdirSync(FIXTURES)) {
    await app.write(`src/${file}`, readFileSync(join(FIXTURES, file), "utf8"));
  }
  await app.write("src/globals.d.ts", GLOBALS);
  await app.write(
    "src/entries.ts",
    entries
      .map(({ specifier }, index) => `export * as entry${index} from "${specifier}";\n`)
      .join(""),
  );
});

after(async () => {
  await app[Symbol.asyncDispose]();
});

for (const compiler of COMPILER_NAMES) {
  for (const [moduleResolution, module] of RESOLUTIONS) {
    test(`${compiler} with moduleResolution ${moduleResolution} takes all that users write`, async () => {
      const config = {
        compilerOptions: { ...STRICT, module, moduleResolution },
        include: ["src"],
      };
      const name = `tsconfig.${compiler.replace(" ", "-")}.${moduleResolution}.json`;
      const project = await app.write(name, JSON.stringify(config));
      assert.equal(await compile(project, compiler), "");
    });
  }
}

const COMMONJS = `
  import { agentSpan, setup } from "catalyst-tracing";
  import semconv = require("catalyst-tracing/semconv");

  async function main(): Promise<void> {
    const tracing = await setup({ disabled: true });
    const kind: "AGENT" = semconv.SpanKindValues.AGENT;
    console.log(await agentSpan({ spanKind: kind }, () => "it works"));
    await tracing.shutdown();
  }
  void main();
`;

for (const compiler of COMPILER_NAMES) {
  test(`a CommonJS program compiled by ${compiler} requires the package`, async () => {
    await using commonJs = await makeApp({ manifest: { type: "commonjs" } });
    await commonJs.write("globals.d.ts", GLOBALS);
    await commonJs.write("program.ts", COMMONJS);
    const config = {
      compilerOptions: {
        ...STRICT,
        verbatimModuleSyntax: false,
        noEmit: false,
        module: "nodenext",
        outDir: "out",
      },
      files: ["globals.d.ts", "program.ts"],
    };
    const project = await commonJs.write("tsconfig.json", JSON.stringify(config));
    assert.equal(await compile(project, compiler), "");
    const program = join(commonJs.folder, "out", "program.js");
    assert.match(readFileSync(program, "utf8"), /\brequire\("catalyst-tracing"\)/);
    const { code, stdout, stderr } = await runProgram(program, { cwd: commonJs.folder });
    assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: "it works\n", stderr: "" });
  });
}

/** What the declarations of an entry reach: their own files, and packages by their names. */
function reachedFrom(types: string): { files: Set<string>; packages: Set<string> } {
  const files = new Set([join(app.installed, types)]);
  const packages = new Set<string>();
  for (const file of files) {
    for (const [, specifier = ""] of readFileSync(file, "utf8").matchAll(
      /(?:\bfrom|\bimport|\bimport\(|<reference (?:types|path)=)\s*["']([^"']+)["']/g,
    )) {
      if (specifier.startsWith(".")) {
        files.add(join(dirname(file), specifier.replace(/\.js$/, ".d.ts")));
      } else {
        packages.add(specifier);
      }
    }
  }
  return { files, packages };
}

for (const { specifier, types } of entries) {
  test(`the types of ${specifier} mention no package but OpenTelemetry's API`, () => {
    const { files, packages } = reachedFrom(types);
    assert.ok(files.size > 0);
    packages.delete("@opentelemetry/api");
    assert.deepEqual([...packages], []);
  });

  test(`the types of ${specifier} reach nothing of how spans are handed over`, () => {
    // Its buffers are typed as compilers before 5.7 cannot read.
    const { files } = reachedFrom(types);
    assert.deepEqual(
      [...files].filter((file) => relative(app.installed, file).includes("handoff")),
      [],
    );
  });
}

test("a mistake in a fixture would be found", async () => {
  const source = `
    import { exactly } from "./src/exactly.js";
    import { agentSpan } from "catalyst-tracing";
    exactly<Promise<string>>()(agentSpan({}, () => 1));
    exactly<string>()(undefined as any);
  `;
  await app.write("wrong.ts", source);
  const config = {
    compilerOptions: { ...STRICT, module: "nodenext" },
    files: ["src/globals.d.ts", "wrong.ts"],
  };
  const project = await app.write("tsconfig.wrong.json", JSON.stringify(config));
  for (const compiler of COMPILER_NAMES) {
    const lines = [...(await compile(project, compiler)).matchAll(/^wrong\.ts\((\d+)/gm)];
    assert.deepEqual(
      lines.map(([, line]) => line),
      ["4", "5"],
    );
  }
});
