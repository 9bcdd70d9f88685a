/**
 * The contenders in the order of a round: each round begins with another one, so that whatever else
 * the machine does at the time falls on all of them.
 */
export function inTurn<T>(list: readonly T[], round: number): T[] {
  const first = round % list.length;
  return [...list.slice(first), ...list.slice(0, first)];
}
