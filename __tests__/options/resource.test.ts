import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { PACKAGE_VERSION } from "../../js/options.js";
import { findAppPackage } from "../../js/options/package-identity.js";
import { assertRefused, resolving } from "./resolving.js";

function resourceOf(options: object = {}, env: NodeJS.ProcessEnv = {}) {
  return resolving(options, env).options.resource;
}

test("the resource says what the process and the SDK are, and not which host it is on", () => {
  const resource = resourceOf();
  assert.equal(resource["telemetry.sdk.name"], "catalyst-tracing");
  assert.equal(resource["telemetry.sdk.language"], "nodejs");
  assert.equal(resource["telemetry.sdk.version"], PACKAGE_VERSION);
  assert.equal(resource["process.pid"], process.pid);
  assert.ok(["nodejs", "bun", "deno"].includes(String(resource["process.runtime.name"])));
  assert.equal(typeof resource["process.runtime.version"], "string");
  assert.ok(!Object.keys(resource).some((key) => key.startsWith("host.")));
});

test("what is unset is not in the resource", () => {
  const keys = Object.keys(resourceOf());
  assert.ok(!keys.includes("service.version"));
  assert.ok(!keys.includes("deployment.environment"));
});

test("the environment goes out under both its names", () => {
  const resource = resourceOf({ environment: "staging" });
  assert.equal(resource["deployment.environment"], "staging");
  assert.equal(resource["deployment.environment.name"], "staging");
});

test("attributes keep their types", () => {
  const attributes = {
    text: "a",
    number: 1.5,
    yes: true,
    list: ["a", "b"],
    none: [],
    ones: [1, 2],
  };
  const resource = resourceOf({ resourceAttributes: attributes });
  for (const [key, value] of Object.entries(attributes)) assert.deepEqual(resource[key], value);
});

test("attributes in code come before those of the environment", () => {
  const env = { OTEL_RESOURCE_ATTRIBUTES: "team=env,region=eu%20west,%C3%A9=a%2Cb" };
  const resource = resourceOf({ resourceAttributes: { team: "code" } }, env);
  assert.equal(resource["team"], "code");
  assert.equal(resource["region"], "eu west");
  assert.equal(resource["é"], "a,b");
});

for (const text of ["team", "team=a,=b", "team=a,region=%zz"]) {
  test(`OTEL_RESOURCE_ATTRIBUTES=${text} is ignored as a whole, with a warning`, () => {
    const { options, warnings } = resolving({}, { OTEL_RESOURCE_ATTRIBUTES: text });
    assert.equal(options.resource["team"], undefined);
    assert.match(
      warnings.join(),
      /^OTEL_RESOURCE_ATTRIBUTES is ".*entry \d is not .* It is ignored\.$/,
    );
  });
}

for (const value of [null, undefined, {}, Number.NaN, 1n, () => 1, [1, "a"], [null], [[1]]]) {
  test(`a resource attribute that is ${String(value)} (${typeof value}) is refused`, () => {
    assertRefused(
      { resourceAttributes: { key: value } },
      "ERR_INVALID_OPTION",
      /option "resourceAttributes\.key" is .*; it takes a string, a finite number/,
    );
  });
}

test("a resource attribute without a name is refused", () => {
  assertRefused(
    { resourceAttributes: { "": 1 } },
    "ERR_INVALID_OPTION",
    /a name that is not empty/,
  );
});

test("a resource attribute may be called __proto__", () => {
  const resource = resourceOf({ resourceAttributes: JSON.parse('{"__proto__":"x"}') as object });
  assert.equal(Object.getOwnPropertyDescriptor(resource, "__proto__")?.value, "x");
});

test("a service name that is no text is refused among the attributes too", () => {
  assertRefused(
    { resourceAttributes: { "service.name": 5 } },
    "ERR_INVALID_OPTION",
    /option "resourceAttributes\.service\.name" is 5 \(number\)/,
  );
});

const packageJson = () => ({ name: "from-package", version: "3.2.1" });
const nameSources: [source: string, options: object, env: NodeJS.ProcessEnv][] = [
  ["option", { serviceName: "it", resourceAttributes: { "service.name": "x" } }, {}],
  [
    "resourceAttributes",
    { resourceAttributes: { "service.name": "it" } },
    { CATALYST_SERVICE_NAME: "x" },
  ],
  [
    "OTEL_SERVICE_NAME",
    {},
    { OTEL_SERVICE_NAME: "it", OTEL_RESOURCE_ATTRIBUTES: "service.name=x" },
  ],
  ["OTEL_RESOURCE_ATTRIBUTES", {}, { OTEL_RESOURCE_ATTRIBUTES: "service.name=it" }],
];
for (const [source, options, env] of nameSources) {
  test(`the service's name comes from ${source} before what is below it`, () => {
    const { options: resolved, sources } = resolving(options, env, {
      findPackageJson: packageJson,
    });
    assert.equal(resolved.serviceName, "it");
    assert.equal(resolved.resource["service.name"], "it");
    assert.equal(sources["serviceName"], source);
  });
}

test("name and version come from package.json where nothing else says them", () => {
  const { options, sources } = resolving({}, {}, { findPackageJson: packageJson });
  assert.equal(options.serviceName, "from-package");
  assert.equal(options.resource["service.version"], "3.2.1");
  assert.equal(sources["serviceVersion"], "package.json");
});

test("a version that is switched off in code does not come back from package.json", () => {
  const { options } = resolving({ serviceVersion: "" }, {}, { findPackageJson: packageJson });
  assert.equal(options.serviceVersion, null);
});

test("version and environment are read from attributes as well", () => {
  const env = { OTEL_RESOURCE_ATTRIBUTES: "service.version=7,deployment.environment=prod" };
  const { options } = resolving({}, env, { findPackageJson: packageJson });
  assert.equal(options.serviceVersion, "7");
  assert.equal(options.environment, "prod");
  assert.equal(options.resource["deployment.environment.name"], "prod");
});

function inFiles(files: Record<string, string>) {
  return {
    cwd: () => "/work-dir",
    readFile: (path: string) => {
      const text = files[path.replaceAll("\\", "/").replace(/^[A-Za-z]:/, "")];
      if (text === undefined) throw new Error("ENOENT");
      return text;
    },
  };
}

const found: [
  behaviour: string,
  main: string | undefined,
  files: Record<string, string>,
  name: string | undefined,
][] = [
  [
    "the one beside the main script",
    "/app/main.js",
    { "/app/package.json": '{"name":"app"}' },
    "app",
  ],
  [
    "the nearest one above",
    "/app/a/b/main.js",
    { "/app/a/package.json": '{"name":"a"}', "/app/package.json": '{"name":"app"}' },
    "a",
  ],
  [
    "no one without a name",
    "/app/dist/main.js",
    { "/app/dist/package.json": '{"type":"module"}', "/app/package.json": '{"name":"app"}' },
    "app",
  ],
  [
    "no malformed one",
    "/app/dist/main.js",
    { "/app/dist/package.json": "{", "/app/package.json": '\uFEFF{"name":"app"}' },
    "app",
  ],
  [
    "that of the working directory where a tool in node_modules runs the app",
    "/app/node_modules/tool/cli.js",
    {
      "/app/node_modules/tool/package.json": '{"name":"tool"}',
      "/work-dir/package.json": '{"name":"mine"}',
    },
    "mine",
  ],
  [
    "that of the working directory where there is no main script",
    undefined,
    { "/work-dir/package.json": '{"name":"mine"}' },
    "mine",
  ],
  [
    "that of the working directory where none is above the main script",
    "/bundled/main",
    { "/work-dir/package.json": '{"name":"mine"}' },
    "mine",
  ],
  ["none where there is none", "/app/main.js", {}, undefined],
];
for (const [behaviour, main, files, name] of found) {
  test(`the app's package.json is ${behaviour}`, () => {
    assert.equal(findAppPackage(main, inFiles(files))?.name, name);
  });
}

test("a working directory that is gone is no error", () => {
  const io = {
    ...inFiles({}),
    cwd: () => {
      throw new Error("ENOENT");
    },
  };
  assert.equal(findAppPackage("/app/main.js", io), undefined);
  assert.equal(findAppPackage(undefined, io), undefined);
});

test("the version that spans carry is that of package.json", () => {
  const own = findAppPackage(import.meta.filename, {
    cwd: () => process.cwd(),
    readFile: (path) => readFileSync(path, "utf8"),
  });
  assert.deepEqual(own, { name: "catalyst-tracing", version: PACKAGE_VERSION });
});

test("real files are found on a real disk", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "catalyst-package-"));
  t.after(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, "src"));
  writeFileSync(join(folder, "package.json"), '{"name":"on-disk","version":"1.0.0"}');
  const io = { cwd: () => dirname(folder), readFile: (path: string) => readFileSync(path, "utf8") };
  assert.deepEqual(findAppPackage(join(folder, "src", "main.js"), io), {
    name: "on-disk",
    version: "1.0.0",
  });
});
