// Tools of MCP servers, in one version of the SDK: what lists them and what calls them, without what
// lets an app in there.

import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";

import { manualSpan } from "catalyst-tracing";

import { isChildOf, spanNamed } from "../../capture/traced.js";
import type { AgentsSdk as Name } from "../../support/sdks.js";
import type { AgentsRound } from "./round.js";
import { tracedRuns } from "./round.js";
import { agentOf } from "./scenarios.js";
import { Echo } from "./models.js";

const SECRET = "sesame";

/** As the SDK takes it, with what clients of real servers hold. */
class Library {
  readonly cacheToolsList = false;
  readonly params = {
    url: `https://user:${SECRET}@mcp.example/sse?key=${SECRET}`,
    requestInit: { headers: { Authorization: `Bearer ${SECRET}` } },
  };
  error: Error | undefined;

  constructor(readonly name: string) {}

  async connect(): Promise<void> {}
  async close(): Promise<void> {}
  async invalidateToolsCache(): Promise<void> {}

  async listTools(): Promise<object[]> {
    const inputSchema = {
      type: "object",
      properties: { text: { type: "string" } },
      required: ["text"],
      additionalProperties: false,
    };
    return await manualSpan({ spanName: "over the wire" }, async () =>
      Promise.resolve([{ name: "look_up", description: "To look up.", inputSchema }]),
    );
  }

  async callTool(): Promise<object[]> {
    return await manualSpan({ spanName: "the call" }, async () => {
      if (this.error !== undefined) throw this.error;
      return await Promise.resolve([{ type: "text", text: "found" }]);
    });
  }
}

export function testMcp(version: Name): void {
  const title = (what: string): string => `${what} (${version})`;

  test(title("MCP: what lists tools and what calls them are spans"), async () => {
    await tracedRuns(version, async (round) => {
      const library = new Library("library");
      const agent = agentOf(round, { name: "Reader", mcpServers: [library] });
      await round.agents.run(agent, "Please look up");
      const spans = await round.delivered();
      const lists = spans.filter(({ name }) => name === "list MCP tools library");
      assert.ok(lists.length > 0);
      const wires = spans.filter(({ name }) => name === "over the wire");
      assert.deepEqual(
        wires.map(({ parentSpanId }) => parentSpanId),
        lists.map(({ spanId }) => spanId),
      );
      for (const list of lists) {
        isChildOf(list, spanNamed(spans, "Reader"));
        assert.equal(list.attributes["mcp.server"], "library");
        assert.equal(list.attributes["openinference.span.kind"], "CHAIN");
        assert.deepEqual(JSON.parse(String(list.attributes["output.value"])), ["look_up"]);
      }
      const tool = spanNamed(spans, "look_up");
      isChildOf(spanNamed(spans, "the call"), tool);
      assert.equal(tool.attributes["openinference.span.kind"], "TOOL");
      assert.equal(tool.attributes["tool.name"], "look_up");
      assert.equal(tool.attributes["tool.description"], "To look up.");
      assert.deepEqual(JSON.parse(String(tool.attributes["mcp.data"])), { server: "library" });
      assert.match(String(tool.attributes["output.value"]), /found/);
    });
  });

  test(title("MCP: a call that fails is an error of its tool"), async () => {
    await tracedRuns(version, async (round) => {
      const library = new Library("library");
      library.error = new Error("closed today");
      const agent = agentOf(round, { name: "Reader", mcpServers: [library] });
      await round.agents.run(agent, "Please look up");
      const tool = spanNamed(await round.delivered(), "look_up");
      assert.equal(tool.status.code, 2);
      assert.match(tool.status.message, /closed today/);
    });
  });

  test(title("MCP: nothing that opens a server leaves the process"), async () => {
    await tracedRuns(version, async (round) => {
      for (const kind of ["streamable-http: ", "sse: ", ""]) {
        const library = new Library("");
        const named = Object.assign(library, { name: `${kind}${library.params.url}` });
        const agent = agentOf(round, { name: "Reader", mcpServers: [named] });
        await round.agents.run(agent, "Please look up");
      }
      await assertNoSecret(round);
      assert.ok(round.collector.spans.some(({ name }) => name.includes("mcp.example/sse")));
    });
  });

  test(title("MCP: nor what opens a server that the model calls"), async () => {
    await tracedRuns(version, async (round) => {
      const hosted = round.agents.hostedMcpTool({
        serverLabel: "hosted",
        serverUrl: `https://user:${SECRET}@mcp.example/sse?key=${SECRET}`,
        authorization: SECRET,
        headers: { Authorization: `Bearer ${SECRET}` },
        requireApproval: "never",
      });
      const tools = [hosted];
      await round.agents.run(agentOf(round, { name: "Reader", tools }), "Hello");
      const model = new Echo(version);
      await round.agents.run(agentOf(round, { name: "Parrot", tools, model }), "Hello");
      await assertNoSecret(round);
      const shown = round.collector.spans.filter(({ attributes }) =>
        String(attributes["llm.tools.0.tool.json_schema"]).includes("hosted"),
      );
      assert.equal(shown.length, 2);
    });
  });
}

async function assertNoSecret(round: AgentsRound): Promise<void> {
  const spans = await round.delivered();
  assert.ok(spans.length > 0);
  const holding = spans.filter((span) => inspect(span, { depth: null }).includes(SECRET));
  assert.deepEqual(
    holding.map(({ name, attributes }) => [
      name,
      Object.entries(attributes).filter(([, value]) => String(value).includes(SECRET)),
    ]),
    [],
  );
}
