import { testAttributes } from "./attributes.js";
import { testLifetimes } from "./lifetimes.js";
import { testMcp } from "./mcp.js";
import { testModels } from "./models.js";
import { testPrivacy } from "./privacy.js";
import { testTrees } from "./trees.js";

testTrees("agents-0.1");
testAttributes("agents-0.1");
testModels("agents-0.1");
testMcp("agents-0.1");
testPrivacy("agents-0.1");
testLifetimes("agents-0.1");
