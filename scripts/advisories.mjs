/**
 * Looks for known vulnerabilities in what is shipped, as far as the registries can be asked from
 * here. Says what was not checked and why: being offline is no failure, but must not look like a
 * clean bill either.
 */
import { Failure, run, runMain, say } from "./support/project.mjs";

/** An answer takes a second; where a firewall swallows the question, there is none. */
const ANSWER_TIMEOUT_MS = 30_000;

const COLLECT = /** @type {const} */ ({
  stdout: "pipe",
  stderr: "pipe",
  timeoutMs: ANSWER_TIMEOUT_MS,
});

/** @returns {Promise<number | string>} how many, or why that is not known */
async function npmAdvisories() {
  const { stdout } = await run("npm", ["audit", "--omit=dev", "--json"], COLLECT);
  const report = parsed(stdout);
  const total = report?.metadata?.vulnerabilities?.total;
  if (typeof total === "number") return total;
  const why = report?.message ?? report?.error?.summary ?? "no answer";
  // The message names the request; which registry it went to is nobody's business in a log.
  return (String(why).split("\n", 1)[0] ?? "").replace(/ - (GET|POST) \S+/, "");
}

/** @returns {Promise<number | string>} */
async function cargoAdvisories() {
  const { code } = await run("cargo", ["audit", "--version"], COLLECT);
  if (code !== 0) return "cargo-audit is not installed";
  const { stdout, stderr } = await run("cargo", ["audit", "--json"], COLLECT);
  const count = parsed(stdout)?.vulnerabilities?.count;
  return typeof count === "number" ? count : (stderr.trim().split("\n").at(-1) ?? "no answer");
}

/** @param {string} text */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

await runMain(async () => {
  let found = 0;
  const sources = /** @type {const} */ ([
    ["npm", npmAdvisories, "npm audit --omit=dev"],
    ["cargo", cargoAdvisories, "cargo audit"],
  ]);
  for (const [name, ask, command] of sources) {
    const answer = await ask();
    if (typeof answer === "string") {
      say(`advisories: not checked for ${name} (${answer})`);
    } else {
      found += answer;
      say(`advisories: ${answer} for ${name}${answer > 0 ? `; see ${command}` : ""}`);
    }
  }
  if (found > 0) throw new Failure("Update what has an advisory.");
});
