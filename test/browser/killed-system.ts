// A local TrackKit in a process of its own, which a test may kill: `node killed-system.ts script state config port`.
import { serve } from "../../scripts/bench/runtime.ts";

const [script = "", state = "", config = "", port = ""] = process.argv.slice(2);
await serve({ script, state, config, port: Number(port) });
