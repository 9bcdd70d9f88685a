// No flag leaves anything of what it hides in the bytes that arrive, whatever is called and wherever
// it stood; without flags all of it arrives.

import { test } from "node:test";

import type { SetupOptions } from "catalyst-tracing";

import { loadSdk } from "../integrations/openai/clients.js";
import { type CallRound, tracedCalls } from "../integrations/openai/round.js";
import { OPENAI_SDKS } from "../support/sdks.js";
import { assertArrived, assertHidden, FLAGS, type Planted } from "./flags.js";
import { SECRET_CALLS } from "./openai-calls.js";

const PLANTED: readonly Planted[] = Object.values(SECRET_CALLS).flatMap(({ planted }) => planted);

for (const name of OPENAI_SDKS) {
  const withSecrets = async (
    options: SetupOptions,
    check: (round: CallRound) => void,
  ): Promise<void> => {
    await tracedCalls(
      await loadSdk(name, "ESM"),
      async (round) => {
        for (const { make } of Object.values(SECRET_CALLS)) {
          await make(round.client, round.server);
          round.server.reset();
        }
        await round.delivered();
        check(round);
      },
      options,
    );
  };

  test(`without flags every secret of a call arrives (${name})`, async () => {
    await withSecrets({}, ({ collector }) => assertArrived(collector, PLANTED));
  });

  for (const flag of FLAGS) {
    test(`hide.${flag} leaves nothing of what it hides (${name})`, async () => {
      await withSecrets({ hide: { [flag]: true } }, ({ collector }) =>
        assertHidden(collector, [flag], PLANTED),
      );
    });
  }

  test(`hide: true leaves none of them, in JSON either (${name})`, async () => {
    await withSecrets({ hide: true, protocol: "http/json" }, ({ collector }) =>
      assertHidden(collector, FLAGS, PLANTED),
    );
  });
}
