import { View, parse } from "vega";
import { expressionInterpreter } from "vega-interpreter";

globalThis.tierscapeVega = { View, parse, expressionInterpreter };
