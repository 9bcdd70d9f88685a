/** How many tests passed, failed and were skipped: read from what cargo and Node's runner say. */

/** @typedef {{ passed: number, failed: number, skipped: number }} Totals */

/** @returns {Totals} */
export function noTotals() {
  return { passed: 0, failed: 0, skipped: 0 };
}

/**
 * @param {Totals} a
 * @param {Totals} b
 * @returns {Totals}
 */
export function add(a, b) {
  return {
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    skipped: a.skipped + b.skipped,
  };
}

/**
 * A run that broke off (it did not compile, it crashed) has failed, though no test says so.
 * @param {Totals} totals
 * @param {number} code
 * @returns {Totals}
 */
export function withExitCode(totals, code) {
  return code !== 0 && totals.failed === 0 ? { ...totals, failed: 1 } : totals;
}

/**
 * `cargo test` closes each of its test programs with one line of counts.
 * @param {string} output
 */
export function cargoTotals(output) {
  const line = /^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored/gm;
  let totals = noTotals();
  for (const [, passed, failed, skipped] of output.matchAll(line)) {
    totals = add(totals, {
      passed: Number(passed),
      failed: Number(failed),
      skipped: Number(skipped),
    });
  }
  return totals;
}

/**
 * Node's runner, through `totals-reporter.mjs`, gives one line of JSON at its end.
 * @param {string} report
 * @returns {Totals}
 */
export function nodeTotals(report) {
  if (report === "") return noTotals();
  const { pass = 0, fail = 0, cancelled = 0, skipped = 0, todo = 0 } = JSON.parse(report);
  return { passed: pass, failed: fail + cancelled, skipped: skipped + todo };
}

/** @param {Totals} totals */
export function sentence({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}
