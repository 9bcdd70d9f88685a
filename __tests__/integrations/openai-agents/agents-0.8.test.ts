import { testAttributes } from "./attributes.js";
import { testLifetimes } from "./lifetimes.js";
import { testMcp } from "./mcp.js";
import { testModels } from "./models.js";
import { testPrivacy } from "./privacy.js";
import { testSocketModel } from "./socket-model.js";
import { testTrees } from "./trees.js";

testTrees("agents-0.8");
testAttributes("agents-0.8");
testModels("agents-0.8");
testMcp("agents-0.8");
testPrivacy("agents-0.8");
testLifetimes("agents-0.8");
testSocketModel("agents-0.8");
