// The CPU time of a Worker by source file at the bottom of the stack, from V8's profile of the isolate.
import { readFileSync } from "node:fs";

interface CallFrame {
  functionName: string;
  scriptId: string;
  url: string;
  lineNumber: number;
}

interface Node {
  id: number;
  callFrame: CallFrame;
  children?: number[];
}

interface Profile {
  nodes: Node[];
  samples: number[];
  timeDeltas: number[];
}

interface Target {
  webSocketDebuggerUrl: string;
  title: string;
}

const PATIENCE_MS = 20_000;

/** Commands to the inspector, answered by number. */
export async function openInspector(address: URL) {
  const list = new URL("/json", address);
  list.protocol = "http:";
  const targets = (await (await fetch(list)).json()) as Target[];
  const target = targets.find(({ title }) => title.includes("bench"));
  if (!target) throw new Error(`inspector knows no Worker of the bench: ${targets.map(({ title }) => title).join()}`);
  const socket = new WebSocket(target.webSocketDebuggerUrl);
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = () => reject(new Error("inspector cannot be reached"));
  });
  const waiting = new Map<number, (result: unknown) => void>();
  socket.onmessage = ({ data }) => {
    const { id, result } = JSON.parse(String(data)) as { id?: number; result?: unknown };
    if (id !== undefined) waiting.get(id)?.(result);
  };
  let last = 0;
  const send = <T>(method: string, params: object = {}): Promise<T> =>
    new Promise((resolve, reject) => {
      const id = ++last;
      const timer = setTimeout(() => reject(new Error(`inspector did not answer ${method}`)), PATIENCE_MS);
      waiting.set(id, (result) => {
        clearTimeout(timer);
        waiting.delete(id);
        resolve(result as T);
      });
      socket.send(JSON.stringify({ id, method, params }));
    });
  return { send, close: () => socket.close() };
}

/** The source file of each line of a bundle. esbuild writes the path above the lines of each file. */
function sourcesOf(script: string): (line: number) => string {
  const starts: { line: number; source: string }[] = [];
  readFileSync(script, "utf8")
    .split("\n")
    .forEach((text, line) => {
      const source = /^\s*\/\/ ((?:\.\.\/|[\w.@-]+\/).*\.[cm]?[jt]sx?)$/.exec(text)?.[1];
      if (source) starts.push({ line, source });
    });
  return (line) => starts.findLast((start) => start.line <= line)?.source ?? "";
}

/** CPU milliseconds by the file at the bottom of the stack, which caused the work. `engine` is V8 itself. */
export type CpuBySource = Map<string, number>;

function attribute({ nodes, samples, timeDeltas }: Profile, sourceAt: (line: number) => string): CpuBySource {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const bottom = new Map<number, string>();
  const walk = (node: Node, known: string): void => {
    const { functionName, url, lineNumber } = node.callFrame;
    const source = known || (url && lineNumber >= 0 ? sourceAt(lineNumber) : "");
    // Leave out the wrapping by the bench.
    const mine = source.includes("bench/inside") ? "" : source;
    bottom.set(node.id, mine || (functionName === "(idle)" ? "idle" : "engine"));
    for (const id of node.children ?? []) {
      const child = byId.get(id);
      if (child) walk(child, mine);
    }
  };
  if (nodes[0]) walk(nodes[0], "");
  const sums: CpuBySource = new Map();
  samples.forEach((id, n) => {
    const source = bottom.get(id) ?? "engine";
    if (source !== "idle") sums.set(source, (sums.get(source) ?? 0) + (timeDeltas[n] ?? 0) / 1_000);
  });
  return sums;
}

const SAMPLE_US = 500;

/** Profiles an isolate for some seconds. */
export async function profileCpu(address: URL, script: string, seconds: number): Promise<CpuBySource> {
  const inspector = await openInspector(address);
  await inspector.send("Profiler.enable");
  await inspector.send("Profiler.setSamplingInterval", { interval: SAMPLE_US });
  await inspector.send("Profiler.start");
  await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
  const { profile } = await inspector.send<{ profile: Profile }>("Profiler.stop");
  inspector.close();
  return attribute(profile, sourcesOf(script));
}
