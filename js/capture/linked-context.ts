/**
 * A context that says one thing and leaves the rest to the one that it was made from. OpenTelemetry's
 * own copies everything at each change, which in a run of agents would be a good part of the work.
 */
import type { Context } from "@opentelemetry/api";

/** Values are few, and set again and again: a longer chain says most of them several times. */
const MAX_LINKS = 24;
/** A key that nobody has. */
const NOTHING = Symbol("nothing");

class LinkedContext implements Context {
  constructor(
    /** Of another make; it is asked last. */
    readonly base: Context,
    readonly before: LinkedContext | undefined,
    readonly links: number,
    readonly key: symbol,
    readonly value: unknown,
  ) {}

  getValue(key: symbol): unknown {
    if (this.key === key) return this.value;
    let link = this.before;
    while (link !== undefined) {
      if (link.key === key) return link.value;
      link = link.before;
    }
    return this.base.getValue(key);
  }

  setValue(key: symbol, value: unknown): Context {
    const before = this.links < MAX_LINKS ? this : shortened(this);
    return new LinkedContext(this.base, before, before.links + 1, key, value);
  }

  deleteValue(key: symbol): Context {
    return this.setValue(key, undefined);
  }
}

/** The same, with every key once. */
function shortened(chain: LinkedContext): LinkedContext {
  const newest = new Map<symbol, unknown>();
  let link: LinkedContext | undefined = chain;
  while (link !== undefined) {
    if (!newest.has(link.key)) newest.set(link.key, link.value);
    link = link.before;
  }
  let made = linkTo(chain.base);
  for (const [key, value] of newest) {
    made = new LinkedContext(chain.base, made, made.links + 1, key, value);
  }
  return made;
}

function linkTo(base: Context): LinkedContext {
  return new LinkedContext(base, undefined, 0, NOTHING, undefined);
}

/** The same context, to be changed at little cost. */
export function linked(context: Context): Context {
  return context instanceof LinkedContext ? context : linkTo(context);
}
