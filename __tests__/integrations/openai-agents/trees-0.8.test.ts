import { testTrees } from "./trees.js";

testTrees("agents-0.8");
