/** How files that are made for one platform are called, the likelier name first: `linux-x64-gnu`. */

/** The C libraries that a program may be linked with. */
const LIBC_SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  linux: ["-gnu", "-musl"],
  win32: ["-msvc"],
};

export function platform(): string {
  return `${process.platform}-${process.arch}`;
}

export function platformNames(): string[] {
  const suffixes = LIBC_SUFFIXES[process.platform] ?? [""];
  return suffixes.map((suffix) => platform() + suffix);
}
