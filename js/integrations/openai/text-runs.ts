/**
 * Texts that grow with a stream, each at a place of its own. Few grow at a time, and nearly always
 * the one that grew last grows again.
 */
export interface TextRun<Place> {
  readonly place: Place;
  text: string;
}

export class TextRuns<Place> {
  private runs: TextRun<Place>[] = [];
  private last: TextRun<Place> | undefined;

  find(isIt: (place: Place) => boolean): TextRun<Place> | undefined {
    if (this.last !== undefined && isIt(this.last.place)) return this.last;
    const found = this.runs.find(({ place }) => isIt(place));
    if (found !== undefined) this.last = found;
    return found;
  }

  start(place: Place, text: string): void {
    this.last = { place, text };
    this.runs.push(this.last);
  }

  drop(isIt: (place: Place) => boolean): void {
    this.runs = this.runs.filter(({ place }) => !isIt(place));
    this.last = undefined;
  }

  /** All of them, in the order in which they began; there are none afterwards. */
  take(): readonly TextRun<Place>[] {
    const taken = this.runs;
    this.runs = [];
    this.last = undefined;
    return taken;
  }
}
