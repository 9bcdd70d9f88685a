/** What the scripts want to know of the Rust compiler. */
import { Failure, run } from "./project.mjs";

/** The platform that it compiles for, unless told otherwise. */
export async function hostPlatform() {
  const { stdout } = await run("rustc", ["-vV"], { stdout: "pipe" });
  const host = /^host: (.+)$/m.exec(stdout)?.[1];
  if (host === undefined) throw new Failure("rustc -vV does not say what its host is.");
  return host;
}
