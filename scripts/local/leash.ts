// Preloaded into every child of the local system: servers that nobody can stop any more would hold the ports.
import { onOrphaned } from "./orphan.ts";

onOrphaned(() => process.exit(1));
