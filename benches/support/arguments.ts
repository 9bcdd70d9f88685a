/** How the benchmarks read what is the same on all their command lines. */

interface Reader {
  rounds(given: string | undefined, quick: boolean): number;
  /** The named ones of `all`, in its order; all of them where nothing is named. */
  chosen<T extends string>(all: readonly T[], list: string | undefined, by: string): T[];
}

/** What it cannot read it answers with `usage`. */
export function reader(usage: string, usualRounds: number): Reader {
  return {
    rounds(given, quick) {
      const rounds = Number(given ?? (quick ? 1 : usualRounds));
      if (Number.isInteger(rounds) && rounds >= 1) return rounds;
      throw new Error(`--rounds takes a whole number from 1.\n\n${usage}`);
    },
    chosen(all, list, by) {
      if (list === undefined) return [...all];
      const names = list.split(by).map((name) => name.trim());
      const unknown = names.find((name) => !all.some((known) => known === name));
      if (unknown !== undefined) {
        throw new Error(`"${unknown}" is none of ${all.join(`${by} `)}.\n\n${usage}`);
      }
      return all.filter((name) => names.includes(name));
    },
  };
}
