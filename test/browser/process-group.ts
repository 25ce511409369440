// Groups of processes, as Linux tells: which are there, and who of them lives.
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";

/** False on systems without /proc. */
export const canSeeProcesses = existsSync("/proc/self/stat");

interface Process {
  id: number;
  state: string;
  parent: number;
  group: number;
}

async function processes(): Promise<Process[]> {
  const ids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  // One that has ended meanwhile has no file any more.
  const stats = await Promise.all(ids.map((id) => readFile(`/proc/${id}/stat`, "utf8").catch(() => null)));
  return stats.flatMap((stat, at) => {
    // The name stands in brackets and may hold anything.
    const [state = "", parent, group] = stat?.slice(stat.lastIndexOf(")") + 2).split(" ") ?? [];
    return stat === null ? [] : [{ id: Number(ids[at]), state, parent: Number(parent), group: Number(group) }];
  });
}

/** The groups that children of a process lead. */
export const groupsOf = async (parent: number): Promise<number[]> =>
  (await processes()).filter((one) => one.parent === parent && one.group === one.id).map(({ id }) => id);

/** Ids of the living processes of these groups. One that has ended may wait for its parent to take note. */
export const livingIn = async (groups: number[]): Promise<number[]> =>
  (await processes()).filter(({ group, state }) => groups.includes(group) && state !== "Z").map(({ id }) => id);
