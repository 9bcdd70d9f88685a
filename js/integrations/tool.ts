/**
 * Programs that start or build an app and never are one. `NODE_OPTIONS=--import …` reaches them as
 * well, where tracing would cost time and say things that nobody asked for.
 */

/** Package managers, which run the app's scripts in processes of their own, and checkers. */
const TOOLS = ["npm", "pnpm", "yarn", "corepack", "typescript", "eslint", "prettier"];

const IN_PACKAGE = new RegExp(String.raw`[\\/]node_modules[\\/](?:${TOOLS.join("|")})[\\/]`);
/** As they are called by way of a link in a folder of executables, or from Yarn's own folder. */
const AS_COMMAND = new RegExp(
  String.raw`[\\/](?:npm|npx|pnpm|pnpx|yarn|yarnpkg|corepack|tsc|eslint|prettier)$|[\\/]yarn-[^\\/]+\.cjs$`,
);

/** @param mainScript - as in `process.argv[1]` */
export function isTool(mainScript: string | undefined): boolean {
  if (mainScript === undefined) return false;
  return IN_PACKAGE.test(mainScript) || AS_COMMAND.test(mainScript);
}
