/**
 * A listener for `exit` that stays behind those of the app, which may still end spans in theirs: when
 * one is added, ours moves behind it, as soon as the code that added it is through.
 */

/** Others may want to be last as well; nobody goes on for ever. */
const MAX_MOVES = 100;

export class LastListener {
  private moves = 0;
  private isMoving = false;

  constructor(private readonly listener: () => void) {}

  start(): void {
    process.on("exit", this.listener);
    process.on("newListener", this.onNew);
  }

  stop(): void {
    process.off("newListener", this.onNew);
    process.off("exit", this.listener);
  }

  private readonly onNew = (event: string | symbol): void => {
    if (event !== "exit" || this.isMoving || this.moves === MAX_MOVES) return;
    this.isMoving = true;
    this.moves += 1;
    queueMicrotask(this.move);
  };

  private readonly move = (): void => {
    // Stopped meanwhile.
    if (process.listeners("exit").includes(this.listener)) {
      process.off("exit", this.listener);
      process.on("exit", this.listener);
    }
    this.isMoving = false;
  };
}
