/**
 * SPDX licence expressions: whether what they demand is on an allow-list. `A OR B` asks for one of
 * both, `A AND B` for both, AND binds stronger; `A/B` is how old crates write OR. `X WITH exception`
 * is a licence of its own and must be listed as such.
 */

/**
 * Undefined when it is no expression.
 * @param {string} expression
 * @param {ReadonlySet<string>} allowed
 * @returns {boolean | undefined}
 */
export function isAllowed(expression, allowed) {
  const tokens = expression.replaceAll("/", " OR ").match(/[()]|[^\s()]+/g) ?? [];
  const parser = new Parser(tokens, allowed);
  const answer = parser.either();
  return parser.isAtEnd ? answer : undefined;
}

class Parser {
  /** @type {readonly string[]} */ #tokens;
  /** @type {ReadonlySet<string>} */ #allowed;
  #at = 0;

  /**
   * @param {readonly string[]} tokens
   * @param {ReadonlySet<string>} allowed
   */
  constructor(tokens, allowed) {
    this.#tokens = tokens;
    this.#allowed = allowed;
  }

  get isAtEnd() {
    return this.#at === this.#tokens.length;
  }

  /** @returns {boolean | undefined} */
  either() {
    let answer = this.#both();
    while (answer !== undefined && this.#take("OR")) {
      const other = this.#both();
      answer = other === undefined ? undefined : answer || other;
    }
    return answer;
  }

  /** @returns {boolean | undefined} */
  #both() {
    let answer = this.#one();
    while (answer !== undefined && this.#take("AND")) {
      const other = this.#one();
      answer = other === undefined ? undefined : answer && other;
    }
    return answer;
  }

  /** @returns {boolean | undefined} */
  #one() {
    if (this.#take("(")) {
      const answer = this.either();
      return this.#take(")") ? answer : undefined;
    }
    const name = this.#name();
    if (name === undefined) return undefined;
    if (!this.#take("WITH")) return this.#allowed.has(name);
    const exception = this.#name();
    return exception === undefined ? undefined : this.#allowed.has(`${name} WITH ${exception}`);
  }

  #name() {
    const token = this.#tokens[this.#at];
    if (token === undefined || /^(\(|\)|AND|OR|WITH)$/.test(token)) return undefined;
    this.#at += 1;
    return token;
  }

  /** @param {string} token */
  #take(token) {
    if (this.#tokens[this.#at] !== token) return false;
    this.#at += 1;
    return true;
  }
}
