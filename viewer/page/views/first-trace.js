/** What a list says before the first trace has come. */
import { button, h } from "../ui/dom.js";
import { icon } from "../ui/icons.js";
import { copy } from "../ui/copy.js";
import { emptyState } from "./parts.js";

const DEFAULT_ORIGIN = "http://localhost:8799";

export function firstTrace() {
  const isDefault = location.port === "8799";
  const options = isDefault ? "" : `{ endpoint: "${location.origin}" }`;
  const code = `import { agentSpan, setup } from "catalyst-tracing";\nawait setup(${options});\nawait agentSpan({ agentId: "hello" }, (span) => span.setOutput("Hello, trace!"));`;
  return emptyState(
    "Waiting for the first trace",
    h("p", {}, "This page shows it within a second of its arrival. Send one from any program:"),
    h(
      "div",
      { class: "code" },
      h("pre", {}, code),
      button([icon("copy")], () => void copy(code, "the three lines"), {
        class: "button quiet",
        "aria-label": "Copy the three lines",
      }),
    ),
    h(
      "p",
      { class: "dim" },
      `Any OpenTelemetry SDK can send here too: OTEL_EXPORTER_OTLP_ENDPOINT=${location.origin === "null" ? DEFAULT_ORIGIN : location.origin}`,
    ),
  );
}
