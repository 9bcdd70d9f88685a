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
      const reader = agentOf(round, { name: "Reader", mcpServers: [library] });
      await round.agents.run(reader, "Please look up");
      const spans = await round.delivered();
      const lists = spans.filter(({ name }) => name === "list MCP tools library");
      const wires = spans.filter(({ name }) => name === "over the wire");
      assert.deepEqual(
        wires.map(({ parentSpanId }) => parentSpanId),
        lists.map(({ spanId }) => spanId),
      );
      const agent = spanNamed(spans, "Reader");
      // In 0.3 and 0.8 an agent's tools are listed before its span begins.
      const isEarly = version === "agents-0.3" || version === "agents-0.8";
      const [first, second] = lists;
      assert.ok(first !== undefined && second !== undefined && lists.length === 2);
      isChildOf(first, isEarly ? spanNamed(spans, "Agent workflow") : agent);
      isChildOf(second, agent);
      for (const list of lists) {
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
      // In 0.20 the SDK tells nobody.
      const said = version === "agents-0.20" ? /redacted/ : /closed today/;
      assert.match(tool.status.message, said);
    });
  });

  test(title("MCP: a server that lists nothing fails the run, in a complete tree"), async () => {
    await tracedRuns(version, async (round) => {
      const library = new Library("library");
      library.listTools = async () => await Promise.reject(new Error("closed today"));
      const agent = agentOf(round, { name: "Reader", mcpServers: [library] });
      await assert.rejects(round.agents.run(agent, "Please look up"), /closed today/);
      const spans = await round.delivered();
      const { status } = spanNamed(spans, "list MCP tools library");
      assert.deepEqual(status, { code: 2, message: "closed today" });
      assert.equal(spanNamed(spans, "Agent workflow").status.code, 2);
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
      const url = "https://__REDACTED__@mcp.example/sse?__REDACTED__";
      const shown = round.collector.spans.filter(({ attributes }) =>
        String(attributes["llm.tools.0.tool.json_schema"]).includes(url),
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
