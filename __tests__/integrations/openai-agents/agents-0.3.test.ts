import { testAttributes } from "./attributes.js";
import { testLifetimes } from "./lifetimes.js";
import { testMcp } from "./mcp.js";
import { testModels } from "./models.js";
import { testPrivacy } from "./privacy.js";
import { testTrees } from "./trees.js";

testTrees("agents-0.3");
testAttributes("agents-0.3");
testModels("agents-0.3");
testMcp("agents-0.3");
testPrivacy("agents-0.3");
testLifetimes("agents-0.3");
