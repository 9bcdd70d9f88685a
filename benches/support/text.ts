/**
 * Text that looks like what people and models write to each other, from a seeded generator: the
 * same seed gives the same text in every process, so all contenders carry the same bytes.
 *
 * Nothing here is secret or random in the cryptographic sense, and nothing runs while time is taken.
 */
const WORDS = (
  "the a of to in for with on from by and or but that this these which when if then so because " +
  "order customer invoice shipment refund account address payment balance report summary ticket " +
  "warehouse parcel delivery schedule contract region quarter budget forecast margin supplier " +
  "search query result document section paragraph source answer question context detail example " +
  "please check confirm compare explain list find send update create review approve cancel return " +
  "is are was were has had will can should may could needs shows arrived failed changed remains " +
  "new late early small large open final missing current previous available damaged expected"
).split(" ");

/** Characters outside Latin-1, as they turn up in real conversations: typography, emoji, scripts. */
const WIDE_PHRASES = [
  "It’s “almost” done — see below…",
  "ご注文ありがとうございます。",
  "Спасибо, посылка пришла вовремя.",
  "Looks good 👍🏽, shipping it 🚀",
  "您的订单已经发货。",
];

/** A 32-bit xorshift generator: three shifts are all that repeatable filler text needs. */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0 || 1;
  }

  /** A whole number from 0 up to, not including, `bound`. */
  below(bound: number): number {
    let state = this.#state;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#state = state >>> 0;
    return this.#state % bound;
  }

  pick<T>(from: readonly T[]): T {
    const picked = from[this.below(from.length)];
    if (picked === undefined)
      throw new RangeError("Dice.pick() takes a list with something in it.");
    return picked;
  }
}

function sentence(dice: Dice): string {
  const words = Array.from({ length: 7 + dice.below(12) }, () => dice.pick(WORDS));
  const text = words.join(" ") + dice.pick([".", ".", ".", "?", ":"]);
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Sentences and line breaks, cut to exactly `length` characters. */
export function prose(dice: Dice, length: number): string {
  let text = "";
  while (text.length < length) {
    text += sentence(dice) + (dice.below(6) === 0 ? "\n\n" : " ");
  }
  return text.slice(0, length);
}

/** `prose` with a phrase outside Latin-1 in its middle, which makes the whole string two-byte. */
export function wideProse(dice: Dice, length: number): string {
  const phrase = dice.pick(WIDE_PHRASES);
  const before = Math.floor((length - phrase.length) / 2);
  return prose(dice, before) + phrase + prose(dice, length - before - phrase.length);
}

/** A JSON table of about `length` characters, as a tool would return it to a model. */
export function jsonTable(dice: Dice, length: number): string {
  const rows: string[] = [];
  let total = 2;
  while (total < length) {
    const row = JSON.stringify({
      id: `ORD-${10_000 + dice.below(90_000)}`,
      status: dice.pick(["open", "shipped", "late", "returned"]),
      total: dice.below(100_000) / 100,
      note: sentence(dice),
    });
    rows.push(row);
    total += row.length + 1;
  }
  return `[${rows.join(",")}]`;
}
